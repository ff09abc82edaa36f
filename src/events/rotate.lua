-- Moves rolling windows to now: subtracts the buckets that left, and where the clock stepped back adds those that are
-- inside again. At any moment each window is the sum of its buckets from its mark on; only buckets that cross the mark
-- are read.
-- KEYS 1  stream of events
-- ARGV 1  prefix of every key: '{stream}:', or that of a replay
--      2  now, ms
--      3  MessagePack [[window, bucket width in ms, buckets], ...]
--      4  most buckets of a window crossed in one call
--      5  MessagePack of the kinds of event
-- Returns { 1 if there is more to do, else 0; 1 if buckets dated in the future were found, else 0 }.
-- O(articles read in the buckets that crossed): independent of the window's length and of articles nobody reads.

local base, now, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[4])
local kinds = cmsgpack.unpack(ARGV[5])

local function whole(number) return string.format('%.0f', number) end

-- Adds a bucket to its window (sign 1) or subtracts it (sign -1). Returns false if the bucket has expired.
local function apply(kind, window, index, sign)
  local counts = redis.call('HGETALL', base .. 'bucket:' .. kind .. ':' .. window .. ':' .. index)
  for at = 1, #counts, 2 do
    redis.call('ZINCRBY', base .. 'window:' .. kind .. ':' .. window, sign * counts[at + 1], counts[at])
  end
  return #counts > 0
end

local function rebuild(kind, window, mark)
  redis.call('DEL', base .. 'window:' .. kind .. ':' .. window)
  for _, index in ipairs(redis.call('ZRANGEBYSCORE', base .. 'index:' .. kind .. ':' .. window, whole(mark), '+inf')) do
    apply(kind, window, index, 1)
  end
end

-- Indices between two marks at which a bucket of any kind exists.
local function crossed(window, from, to)
  local moments, is = {}, {}
  for _, kind in ipairs(kinds) do
    for _, index in ipairs(redis.call('ZRANGEBYSCORE', base .. 'index:' .. kind .. ':' .. window, whole(from), whole(to))) do
      if not is[index] then
        is[index] = true
        moments[#moments + 1] = tonumber(index)
      end
    end
  end
  table.sort(moments)
  return moments
end

-- Removes the names of the oldest few expired buckets, so that the index stays as short as the set of buckets.
local function tidy(kind, window, mark)
  local key = base .. 'index:' .. kind .. ':' .. window
  for _, index in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', whole(mark - 1), 'LIMIT', 0, 8)) do
    if redis.call('EXISTS', base .. 'bucket:' .. kind .. ':' .. window .. ':' .. index) == 0 then redis.call('ZREM', key, index) end
  end
end

-- A bucket that has left its window is kept a little longer in case the clock steps back. While inside, it is kept for
-- as long as a clock may be ahead: if a fast clock expired it early, it would be missing once the clock is corrected.
local HOUR = 3600000
local function retire(kind, window, index, lasts)
  local key, margin = base .. 'bucket:' .. kind .. ':' .. window .. ':' .. whole(index), math.max(HOUR, lasts / 4)
  if redis.call('PTTL', key) > margin then redis.call('PEXPIRE', key, whole(margin)) end
end

-- Moves buckets dated in the future, written while the clock was ahead: their events happened now. An event may be a
-- minute ahead.
local function bringBack(kind, window, width, lasts)
  local running = math.floor(now / width)
  local name = base .. 'index:' .. kind .. ':' .. window
  local ahead = redis.call('ZRANGEBYSCORE', name, '(' .. whole(running + 1), '+inf')
  local into = base .. 'bucket:' .. kind .. ':' .. window .. ':' .. whole(running)
  for _, index in ipairs(ahead) do
    local from = base .. 'bucket:' .. kind .. ':' .. window .. ':' .. index
    local counts = redis.call('HGETALL', from)
    for at = 1, #counts, 2 do redis.call('HINCRBY', into, counts[at], counts[at + 1]) end
    redis.call('DEL', from)
    redis.call('ZREM', name, index)
  end
  if #ahead == 0 then return false end
  redis.call('ZADD', name, whole(running), whole(running))
  redis.call('PEXPIRE', into, whole(lasts + math.max(HOUR, lasts / 4)))
  return true
end

local more, moved = 0, 0
for _, roll in ipairs(cmsgpack.unpack(ARGV[3])) do
  local window, width, buckets = roll[1], roll[2], roll[3]
  local wanted = math.floor(now / width) - buckets + 1
  local mark = tonumber(redis.call('HGET', base .. 'marks', window))
  for _, kind in ipairs(kinds) do
    if bringBack(kind, window, width, width * buckets) then
      moved = 1
      mark = nil
    end
  end
  if not mark or math.abs(wanted - mark) >= buckets then
    -- On the first run, or if nothing of the window is left, sum up the buckets that are inside it now.
    for _, kind in ipairs(kinds) do
      rebuild(kind, window, wanted)
      for _, index in ipairs(redis.call('ZRANGEBYSCORE', base .. 'index:' .. kind .. ':' .. window, '-inf', whole(wanted - 1))) do
        retire(kind, window, index, width * buckets)
      end
    end
    redis.call('HSET', base .. 'marks', window, whole(wanted))
  elseif wanted ~= mark then
    local forward = wanted > mark
    local moments = crossed(window, math.min(mark, wanted), math.max(mark, wanted) - 1)
    local till = wanted
    if #moments > most then
      more = 1
      till = forward and moments[most] + 1 or moments[#moments - most + 1]
    end
    local lost = {}
    for _, index in ipairs(moments) do
      if (forward and index < till) or (not forward and index >= till) then
        for _, kind in ipairs(kinds) do
          local named = redis.call('ZSCORE', base .. 'index:' .. kind .. ':' .. window, whole(index))
          if named and not apply(kind, window, whole(index), forward and -1 or 1) then lost[kind] = true end
          if named and forward then retire(kind, window, index, width * buckets) end
        end
      end
    end
    redis.call('HSET', base .. 'marks', window, whole(till))
    for _, kind in ipairs(kinds) do
      -- A bucket that expired before it left cannot be subtracted: rebuild the window.
      if lost[kind] then rebuild(kind, window, till) end
      redis.call('ZREMRANGEBYSCORE', base .. 'window:' .. kind .. ':' .. window, '-inf', 0)
    end
  end
  for _, kind in ipairs(kinds) do tidy(kind, window, wanted) end
end
return { more, moved }
