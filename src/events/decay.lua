-- Rebuilds the window `now` of one kind from buckets, after its half-life changed and for the time before a replay's
-- first hour. All reads of a bucket are weighted as if they happened in its middle; minute buckets are used while they
-- are kept, then five-minute buckets, then hours.
-- KEYS 1  stream of events
-- ARGV 1  prefix of every key: '{stream}:', or that of a replay
--      2  kind
--      3  half-life, ms
--      4  landmark, ms
--      5  most members
--      6  MessagePack [[window, bucket width in ms, first bucket, last bucket], ...]: every moment is in exactly one of
--         them
-- Returns members.
-- O(articles in those buckets).

local base, kind, half, landmark = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local key = base .. 'window:' .. kind .. ':now'
local sums = {}
for _, part in ipairs(cmsgpack.unpack(ARGV[6])) do
  local window, width, first, last = part[1], part[2], part[3], part[4]
  local named = redis.call('ZRANGEBYSCORE', base .. 'index:' .. kind .. ':' .. window, string.format('%.0f', first), string.format('%.0f', last))
  for _, index in ipairs(named) do
    local weight = math.log(2) * ((tonumber(index) + 0.5) * width - landmark) / half
    local counts = redis.call('HGETALL', base .. 'bucket:' .. kind .. ':' .. window .. ':' .. index)
    for at = 1, #counts, 2 do
      local article, more = counts[at], weight + math.log(tonumber(counts[at + 1]))
      local stands = sums[article]
      sums[article] = stands and math.max(stands, more) + math.log(1 + math.exp(-math.abs(stands - more))) or more
    end
  end
end
redis.call('DEL', key)
for article, sum in pairs(sums) do redis.call('ZADD', key, string.format('%.17g', sum), article) end
redis.call('ZREMRANGEBYRANK', key, 0, -1 - tonumber(ARGV[5]))
return redis.call('ZCARD', key)
