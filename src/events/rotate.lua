-- Moves rolling windows to now: subtracts buckets that have left a window, and, if the clock was set back, adds those
-- that are in it again. A window is always the sum of its buckets from its mark on, so only buckets between the old and
-- the new mark are read.
-- KEYS 1  stream of events
-- ARGV 1  prefix of all other keys: '{stream}:', or that of a replay
--      2  now, ms
--      3  MessagePack [[window, ms of one bucket, number of buckets], ...]
--      4  maximum number of bucket times that a window may pass in one call
--      5  MessagePack of the kinds of event
-- Returns { 1 if it must be called again, else 0; 1 if buckets with a time in the future were found, else 0 }.
-- O(articles in the buckets that are added or subtracted).

local base, now, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[4])
local kinds = cmsgpack.unpack(ARGV[5])

local function whole(number) return string.format('%.0f', number) end

-- Adds a bucket to its window, or subtracts it if sign is -1. Returns false if the bucket does not exist any more.
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

-- Lists the times between two marks that have a bucket of any kind.
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

-- Removes the names of expired buckets from the index, a few of the oldest in each call.
local function tidy(kind, window, mark)
  local key = base .. 'index:' .. kind .. ':' .. window
  for _, index in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', whole(mark - 1), 'LIMIT', 0, 8)) do
    if redis.call('EXISTS', base .. 'bucket:' .. kind .. ':' .. window .. ':' .. index) == 0 then redis.call('ZREM', key, index) end
  end
end

-- Shortens the life of a bucket that has left its window. It is kept a little longer in case the clock is set back.
-- Before, it lives longer than its window, so that a clock that is ahead for a while does not expire it.
local HOUR = 3600000
local function retire(kind, window, index, lasts)
  local key, margin = base .. 'bucket:' .. kind .. ':' .. window .. ':' .. whole(index), math.max(HOUR, lasts / 4)
  if redis.call('PTTL', key) > margin then redis.call('PEXPIRE', key, whole(margin)) end
end

-- Moves the counts of buckets with a time in the future, which were written while the clock was ahead, to the current
-- bucket. The next bucket is left alone, since events may be a minute ahead.
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
    -- There is no mark yet, or no bucket of the old window is in the new one: compute the window from its buckets.
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
      -- A bucket that expired before it was subtracted: compute the window from the others.
      if lost[kind] then rebuild(kind, window, till) end
      redis.call('ZREMRANGEBYSCORE', base .. 'window:' .. kind .. ':' .. window, '-inf', 0)
    end
  end
  for _, kind in ipairs(kinds) do tidy(kind, window, wanted) end
end
return { more, moved }
