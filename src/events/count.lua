-- De-duplicates, counts and acknowledges a batch of events in one atomic call, so that an event counts once whatever
-- crashes when.
-- KEYS 1  stream of events; every other key is built from it and shares its slot
-- ARGV 1  prefix of every key written here: '{stream}:', or that of a replay
--      2  consumer group, or '' to acknowledge nothing and record no refusals (a replay)
--      3  now, ms
--      4  MessagePack [dedup window ms, half-life ms, landmark ms, most members of the window `now`, most events of a
--         visitor per minute or 0, ms before which events are remembered but not counted, latest arrival in the batch
--         ms, most events of a kind counted per article and network or 0, the span in ms for that limit]
--      5  MessagePack [[window, bucket width in ms, buckets], ...]
--      6  MessagePack of the events, see batch.ts
--      7  MessagePack of the entries already refused: [ids, reason of each, detail of each or '']
--      8  MessagePack of the kinds of event; an event gives its kind as an index into it, from 1
--      9  what all of the events do: "add" one, "undo" one, or "set" the total to that of the site's own counter. Undone
--         is at most what stands: totals, buckets and windows never fall below 0. Set are totals alone, as of the
--         event's time: one that is older than what stands is refused
-- Returns events counted.
-- O(events + kinds and articles among them * log(articles)); each kind of key is read and written once a batch where
-- commands allow.

local stream, base, group, now = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local span, half, landmark, mostNow, perMinute, countFrom, latest, perNetwork, networkSpan = unpack(cmsgpack.unpack(ARGV[4]))
local rolling = cmsgpack.unpack(ARGV[5])
local ids, cellOf, atOf, slotOf, own, before, after, who, eventId, arrivedIn, seconds, crowd, crowdIn, slots, groups, cells, start, sets =
  unpack(cmsgpack.unpack(ARGV[6]))
local kinds, does = cmsgpack.unpack(ARGV[8]), ARGV[9]
local HOUR, CHUNK = 3600000, 2000

local function whole(number) return string.format('%.0f', number) end

-- Calls a command on a key with a list of arguments of any length, in chunks.
local function inParts(command, key, list)
  for from = 1, #list, CHUNK do redis.call(command, key, unpack(list, from, math.min(from + CHUNK - 1, #list))) end
end

-- Calls a command that answers for each member of a list, in chunks; returns the answers in the list's order.
local function ask(command, key, list)
  local answers = {}
  for from = 1, #list, CHUNK do
    local part = redis.call(command, key, unpack(list, from, math.min(from + CHUNK - 1, #list)))
    for index = 1, #part do answers[from + index - 1] = part[index] end
  end
  return answers
end

-- Reads the state of some members of a hash or set once; the caller then updates it in memory while it checks the
-- batch.
local function known(command, key, members)
  local state = {}
  if redis.call('EXISTS', key) == 1 then
    local answers = ask(command, key, members)
    for index = 1, #members do state[members[index]] = answers[index] end
  end
  return state
end

-- Adds to the counts of many members of a hash or sorted set: one read of all, one write of all.
local function addAll(key, counts, isSorted)
  local members, write = {}, {}
  for member in pairs(counts) do members[#members + 1] = member end
  local stand = ask(isSorted and 'ZMSCORE' or 'HMGET', key, members)
  for index, member in ipairs(members) do
    local sum = whole(tonumber(stand[index] or 0) + counts[member])
    write[#write + 1] = isSorted and sum or member
    write[#write + 1] = isSorted and member or sum
  end
  inParts(isSorted and 'ZADD' or 'HSET', key, write)
end

-- Takes from the counts of many members of a hash or sorted set, from each at most what it has. Those that reach 0 go,
-- unless they are to stay.
-- Returns what was taken from each.
local function takeAll(key, counts, isSorted, stays)
  local members, write, gone, taken = {}, {}, {}, {}
  for member in pairs(counts) do members[#members + 1] = member end
  local stand = ask(isSorted and 'ZMSCORE' or 'HMGET', key, members)
  for index, member in ipairs(members) do
    local stands = tonumber(stand[index] or 0)
    taken[member] = math.min(stands, counts[member])
    if taken[member] > 0 then
      local left = whole(stands - taken[member])
      if left == '0' and not stays then gone[#gone + 1] = member
      else
        write[#write + 1] = isSorted and left or member
        write[#write + 1] = isSorted and member or left
      end
    end
  end
  if #write > 0 then inParts(isSorted and 'ZADD' or 'HSET', key, write) end
  if #gone > 0 then inParts(isSorted and 'ZREM' or 'HDEL', key, gone) end
  return taken
end

local function push(lists, key, value)
  local list = lists[key]
  if list then list[#list + 1] = value else lists[key] = { value } end
end

-- An entry that is acknowledged already was counted already, by whichever consumer. XACK runs once per entry, since for
-- many entries Redis returns only their number.
local fresh = {}
for index = 1, #ids do
  if group == '' or redis.call('XACK', stream, group, ids[index]) == 1 then fresh[#fresh + 1] = index end
end

-- Loads the state from before this batch.
local idsByHour, whoByMinute, seenBySlot, crowdsBySlot = {}, {}, {}, {}
for _, index in ipairs(fresh) do
  local minute, slot = cells[2 * cellOf[index]], slots[slotOf[index]]
  if eventId[index] and eventId[index] ~= '' then
    for hour = arrivedIn[index] - 1, arrivedIn[index] + 1 do push(idsByHour, hour, eventId[index]) end
  end
  if perMinute > 0 and who[index] ~= '' then push(whoByMinute, minute, who[index]) end
  if perNetwork > 0 and crowd[index] and crowd[index] ~= '' then push(crowdsBySlot, crowdIn[index], crowd[index]) end
  if own[index] ~= '' then
    push(seenBySlot, slot, own[index])
    push(seenBySlot, slot - 1, before[index] or own[index])
    push(seenBySlot, slot + 1, after[index] or own[index])
  end
end
local reported, acting, seen, crowds = {}, {}, {}, {}
for hour, members in pairs(idsByHour) do
  reported[hour] = known('SMISMEMBER', base .. 'ids:' .. whole(hour), members)
end
for minute, members in pairs(whoByMinute) do
  acting[minute] = known('HMGET', base .. 'burst:' .. whole(minute), members)
end
for slot, members in pairs(seenBySlot) do seen[slot] = known('HMGET', base .. 'seen:' .. whole(slot), members) end
for slot, members in pairs(crowdsBySlot) do crowds[slot] = known('HMGET', base .. 'crowd:' .. whole(slot), members) end

local newIds, newWho, newSeen, newCrowds = {}, {}, {}, {}
local refused = { replayed = 0, burst = 0, crowded = 0, repeated = 0, superseded = 0 }

local function isReplay(index)
  local id = eventId[index]
  if not id or id == '' then return false end
  local hour = arrivedIn[index]
  for near = hour - 1, hour + 1 do
    if reported[near][id] == 1 then return true end
  end
  reported[hour][id] = 1
  push(newIds, hour, id)
  return false
end

local function isBurst(index, minute)
  if perMinute == 0 or who[index] == '' then return false end
  local count = tonumber(acting[minute][who[index]] or 0) + 1
  acting[minute][who[index]] = count
  newWho[minute] = newWho[minute] or {}
  newWho[minute][who[index]] = true
  return count > perMinute
end

local function hasCrowd(index) return perNetwork > 0 and crowd[index] and crowd[index] ~= '' end

local function isCrowded(index)
  return hasCrowd(index) and tonumber(crowds[crowdIn[index]][crowd[index]] or 0) >= perNetwork
end

-- Only counted events use up a network's limit: a repeated view takes nothing from others behind the same address.
local function joinCrowd(index)
  if not hasCrowd(index) then return end
  local slot, member = crowdIn[index], crowd[index]
  crowds[slot][member] = tonumber(crowds[slot][member] or 0) + 1
  newCrowds[slot] = newCrowds[slot] or {}
  newCrowds[slot][member] = true
end

-- A view is stored as its ms within its slot. Two in one slot are always closer than the dedup window.
local function isRepeated(index, at, slot)
  if own[index] == '' then return false end
  if seen[slot][own[index]] then return true end
  local last = seen[slot - 1][before[index] or own[index]]
  if last and at - ((slot - 1) * span + tonumber(last)) < span then return true end
  local coming = seen[slot + 1][after[index] or own[index]]
  if coming and (slot + 1) * span + tonumber(coming) - at < span then return true end
  local value = whole(at - slot * span)
  seen[slot][own[index]] = value
  push(newSeen, slot, own[index])
  push(newSeen, slot, value)
  return false
end

-- Weights are relative to the latest event, so that none overflows a double whatever the clocks said.
local latestAt = 0
for index = 1, #ids do latestAt = math.max(latestAt, start + atOf[index]) end

local counts, weights, spent, counted = {}, {}, {}, 0
-- Totals to set, by group: { total, ms as of which }.
local totalsSet = {}
-- Of several totals of an article the latest counts, whichever way they come.
local function setTotal(of, at, total)
  local kind, article = kinds[groups[2 * of - 1]], groups[2 * of]
  local stands = totalsSet[of] and totalsSet[of][2] or tonumber(redis.call('HGET', base .. 'as-of:' .. kind, article) or 0)
  -- A time in the future was set while the clock was ahead.
  if at < stands and stands <= now + 60000 then
    refused.superseded = refused.superseded + 1
  else
    totalsSet[of] = { total, at }
    counted = counted + 1
  end
end

for _, index in ipairs(fresh) do
  local cell, at = cellOf[index], start + atOf[index]
  local of, minute = cells[2 * cell - 1], cells[2 * cell]
  local counting = at >= countFrom
  if isReplay(index) then
    refused.replayed = refused.replayed + 1
  elseif isBurst(index, minute) then
    refused.burst = refused.burst + 1
  elseif isCrowded(index) then
    refused.crowded = refused.crowded + 1
  elseif does == 'set' then
    if counting then setTotal(of, at, sets[index]) end
  else
    -- Time spent is reported when the page is left; the view was counted when it was opened.
    local time = seconds[index]
    if time and time > 0 and counting then spent[groups[2 * of]] = (spent[groups[2 * of]] or 0) + time end
    if isRepeated(index, at, slots[slotOf[index]]) then
      refused.repeated = refused.repeated + 1
    else
      joinCrowd(index)
      if counting then
        counts[cell] = (counts[cell] or 0) + 1
        weights[of] = (weights[of] or 0) + math.exp(math.log(2) * (at - latestAt) / half)
        counted = counted + 1
      end
    end
  end
end

for hour, members in pairs(newIds) do
  inParts('SADD', base .. 'ids:' .. whole(hour), members)
  redis.call('PEXPIRE', base .. 'ids:' .. whole(hour), 3 * HOUR)
end
-- Writes the counters of members that changed, and their expiry.
local function keepTallies(name, tallies, changed, lasts)
  for part, members in pairs(changed) do
    local key, write = base .. name .. whole(part), {}
    for member in pairs(members) do
      write[#write + 1] = member
      write[#write + 1] = whole(tallies[part][member])
    end
    inParts('HSET', key, write)
    redis.call('PEXPIRE', key, whole(lasts))
  end
end
keepTallies('burst:', acting, newWho, 300000)
keepTallies('crowd:', crowds, newCrowds, networkSpan + 300000)
for slot, write in pairs(newSeen) do
  inParts('HSET', base .. 'seen:' .. whole(slot), write)
  redis.call('PEXPIRE', base .. 'seen:' .. whole(slot), whole(HOUR + span))
end

-- Buckets and windows. An event whose bucket has since left a window still goes into the bucket if it was inside when
-- the event arrived: the clock may step back.
local marks = {}
for place, roll in ipairs(rolling) do
  local mark = tonumber(redis.call('HGET', base .. 'marks', roll[1]))
  if not mark then
    mark = math.floor(now / roll[2]) - roll[3] + 1
    redis.call('HSET', base .. 'marks', roll[1], whole(mark))
  end
  marks[place] = mark
end
local inBuckets, inWindows, ofGroup = {}, {}, {}
-- What `now` loses with what is taken back: group -> part of it that was still in the widest window.
local widest, partOf = rolling[#rolling][1], {}
for cell, count in pairs(counts) do
  local of, minute = cells[2 * cell - 1], cells[2 * cell]
  local kind, article = kinds[groups[2 * of - 1]], groups[2 * of]
  ofGroup[of] = (ofGroup[of] or 0) + count
  for place, roll in ipairs(rolling) do
    local window, index = kind .. ':' .. roll[1], math.floor(minute * 60000 / roll[2])
    if index >= marks[place] or index > math.floor(latest / roll[2]) - roll[3] then
      local name = window .. ':' .. whole(index)
      local bucket = inBuckets[name] or { window = window, index = whole(index), lasts = roll[2] * roll[3], isIn = index >= marks[place], articles = {} }
      inBuckets[name] = bucket
      bucket.articles[article] = (bucket.articles[article] or 0) + count
    end
    if index >= marks[place] then
      inWindows[window] = inWindows[window] or {}
      inWindows[window][article] = (inWindows[window][article] or 0) + count
    end
  end
end
local function addToBuckets()
  for name, bucket in pairs(inBuckets) do
    local key = base .. 'bucket:' .. name
    addAll(key, bucket.articles, false)
    -- A bucket inside its window outlives a clock that is a year ahead; rotate.lua shortens its expiry when it leaves.
    redis.call('PEXPIRE', key, whole(math.max(HOUR, bucket.lasts / 4) + (bucket.isIn and 400 * 24 * HOUR or bucket.lasts)))
    redis.call('ZADD', base .. 'index:' .. bucket.window, bucket.index, bucket.index)
  end
  for window, articles in pairs(inWindows) do addAll(base .. 'window:' .. window, articles, true) end
end

-- A window loses what its buckets lose, so that it stays their sum.
local function takeFromBuckets()
  local lost = {}
  for name, bucket in pairs(inBuckets) do
    local key = base .. 'bucket:' .. name
    for article, taken in pairs(takeAll(key, bucket.articles, false)) do
      if bucket.isIn and taken > 0 then
        lost[bucket.window] = lost[bucket.window] or {}
        lost[bucket.window][article] = (lost[bucket.window][article] or 0) + taken
      end
    end
    if redis.call('EXISTS', key) == 0 then redis.call('ZREM', base .. 'index:' .. bucket.window, bucket.index) end
  end
  for window, articles in pairs(lost) do takeAll(base .. 'window:' .. window, articles, true) end
  for of, count in pairs(ofGroup) do
    local kind, article = kinds[groups[2 * of - 1]], groups[2 * of]
    partOf[of] = ((lost[kind .. ':' .. widest] or {})[article] or 0) / count
  end
end
if does == 'undo' then takeFromBuckets() else addToBuckets() end

local totals, sums, dirty = {}, {}, {}
for of, count in pairs(ofGroup) do
  local kind, article = kinds[groups[2 * of - 1]], groups[2 * of]
  totals[kind] = totals[kind] or {}
  totals[kind][article] = count
  sums[kind] = sums[kind] or {}
  sums[kind][article] = math.log(2) * (latestAt - landmark) / half + math.log(weights[of] * (partOf[of] or 1))
  dirty[article] = true
end
for of, set in pairs(totalsSet) do
  local kind, article = kinds[groups[2 * of - 1]], groups[2 * of]
  redis.call('HSET', base .. 'total:' .. kind, article, whole(set[1]))
  redis.call('HSET', base .. 'as-of:' .. kind, article, whole(set[2]))
  dirty[article] = true
end
-- Takes weights from `now`; what has nothing left in the widest window has nothing here either.
local function takeWeights(kind, articles)
  local key, members, gone, write = base .. 'window:' .. kind .. ':now', {}, {}, {}
  for article in pairs(articles) do members[#members + 1] = article end
  local stand = ask('ZMSCORE', key, members)
  local inWidest = ask('ZMSCORE', base .. 'window:' .. kind .. ':' .. widest, members)
  for index, article in ipairs(members) do
    local stands, sum = tonumber(stand[index] or '-inf'), articles[article]
    if stand[index] and (not inWidest[index] or sum >= stands) then gone[#gone + 1] = article
    elseif stand[index] and sum > -math.huge then
      write[#write + 1] = string.format('%.17g', stands + math.log(1 - math.exp(sum - stands)))
      write[#write + 1] = article
    end
  end
  if #gone > 0 then inParts('ZREM', key, gone) end
  if #write > 0 then inParts('ZADD', key, write) end
end
if does == 'undo' then
  for kind, articles in pairs(totals) do takeAll(base .. 'total:' .. kind, articles, false, true) end
  for kind, articles in pairs(sums) do takeWeights(kind, articles) end
  sums = {}
else
  for kind, articles in pairs(totals) do addAll(base .. 'total:' .. kind, articles, false) end
end
for kind, articles in pairs(sums) do
  -- The sum of decayed weights is stored as its logarithm: log(e^a + e^b) = max + log(1 + e^-|a-b|).
  local key, members, write = base .. 'window:' .. kind .. ':now', {}, {}
  for article in pairs(articles) do members[#members + 1] = article end
  local stand = ask('ZMSCORE', key, members)
  for index, article in ipairs(members) do
    local sum = articles[article]
    if stand[index] then
      local stands = tonumber(stand[index])
      sum = math.max(stands, sum) + math.log(1 + math.exp(-math.abs(stands - sum)))
    end
    write[#write + 1] = string.format('%.17g', sum)
    write[#write + 1] = article
  end
  inParts('ZADD', key, write)
  redis.call('ZREMRANGEBYRANK', key, 0, -1 - mostNow)
end
if next(spent) then addAll(base .. 'total:seconds', spent, false) end
for article in pairs(spent) do dirty[article] = true end
local version = next(dirty) and redis.call('INCR', base .. 'version')
-- Articles whose hashes need a new copy of their counts, with the version of those counts.
local write = {}
for article in pairs(dirty) do
  write[#write + 1] = article
  write[#write + 1] = whole(version)
end
inParts('HSET', base .. 'dirty', write)

if group == '' then return counted end
local refusedIds, reasons, details = unpack(cmsgpack.unpack(ARGV[7]))
local told = {}
for index, id in ipairs(refusedIds) do
  if redis.call('XACK', stream, group, id) == 1 then
    refused[reasons[index]] = (refused[reasons[index]] or 0) + 1
    if details[index] ~= '' then
      told[#told + 1] = cjson.encode({ at = now, entry = id, reason = reasons[index], detail = details[index] })
    end
  end
end
for reason, count in pairs(refused) do
  if count > 0 then redis.call('HINCRBY', base .. 'refused', reason, count) end
end
if #told > 0 then
  redis.call('LPUSH', base .. 'refused:last', unpack(told))
  redis.call('LTRIM', base .. 'refused:last', 0, 49)
end
return counted
