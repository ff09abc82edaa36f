-- Takes sources that are due, moving each out of reach by a lease: a second daemon does not see it, and should the first die before its
-- crawl is queued, the source falls due again when the lease has passed. Where there is a budget, no more than it allows by now: it fills
-- evenly, up to a minute's worth, for all daemons together.
-- KEYS 1  due (sorted set: source id by ms)
--      2  allowance (hash: left, at), in the same slot; only with a budget
-- ARGV 1  now, ms
--      2  most to take
--      3  lease, ms
--      4  budget, fetches an hour; 0 or missing for none
--      5  ms ahead beyond which no right clock puts anything: what stands there is due; 0 or missing where others look for it
-- Returns the ids taken, longest due first.
-- O(log(N) + taken).

local now, most, budget = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4] or '0')
local left
if budget > 0 then
  local before = redis.call('HMGET', KEYS[2], 'left', 'at')
  local passed = math.max(now - (tonumber(before[2]) or now), 0)
  left = math.min((tonumber(before[1]) or 1) + budget * passed / 3600000, math.max(budget / 60, 1))
  most = math.min(most, math.floor(left))
end
local ids = {}
if most > 0 then ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, most) end
local horizon = tonumber(ARGV[5] or '0')
if horizon > 0 and #ids < most then
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now + horizon), '+inf', 'LIMIT', 0, most - #ids)) do
    ids[#ids + 1] = id
  end
end
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[1], 'XX', ARGV[1] + ARGV[3], id) end
-- As a string: Redis would cut a number to an integer.
if left then redis.call('HSET', KEYS[2], 'left', tostring(left - #ids), 'at', ARGV[1]) end
return ids
