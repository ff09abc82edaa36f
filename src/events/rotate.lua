-- Moves rolling windows to now: what left is subtracted, and where the clock stepped back what is in again is added. Each window is at
-- every moment the sum of its buckets from its mark on; only buckets that cross the mark are read.
-- KEYS 1  stream of events
-- ARGV 1  what stands before every key: '{stream}:', or that of a replay
--      2  now, ms
--      3  MessagePack [[window, ms a bucket spans, buckets], ...]
--      4  most moments of a window crossed in one call
-- Returns 1 where there is more to do, else 0.
-- O(articles read in the buckets that crossed): neither the window's length nor articles nobody reads matter.

local base, now, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[4])
local kinds = { 'view', 'share', 'comment' }

local function whole(number) return string.format('%.0f', number) end

-- Adds a bucket to its window, once or minus once. Returns false where it is gone.
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

-- Moments at which there is a bucket of any kind, between two marks.
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

-- Names of buckets that expired, the oldest few: the index stays as short as what it names.
local function tidy(kind, window, mark)
  local key = base .. 'index:' .. kind .. ':' .. window
  for _, index in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', whole(mark - 1), 'LIMIT', 0, 8)) do
    if redis.call('EXISTS', base .. 'bucket:' .. kind .. ':' .. window .. ':' .. index) == 0 then redis.call('ZREM', key, index) end
  end
end

local more = 0
for _, roll in ipairs(cmsgpack.unpack(ARGV[3])) do
  local window, width, buckets = roll[1], roll[2], roll[3]
  local wanted = math.floor(now / width) - buckets + 1
  local mark = tonumber(redis.call('HGET', base .. 'marks', window))
  if not mark or math.abs(wanted - mark) >= buckets then
    -- The first time, or nothing of the window is left: what is in it now is added up once.
    for _, kind in ipairs(kinds) do rebuild(kind, window, wanted) end
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
        end
      end
    end
    redis.call('HSET', base .. 'marks', window, whole(till))
    for _, kind in ipairs(kinds) do
      -- A bucket that expired before it left cannot be subtracted.
      if lost[kind] then rebuild(kind, window, till) end
      redis.call('ZREMRANGEBYSCORE', base .. 'window:' .. kind .. ':' .. window, '-inf', 0)
    end
  end
  for _, kind in ipairs(kinds) do tidy(kind, window, wanted) end
end
return more
