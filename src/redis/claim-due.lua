-- Claims sources that are due, postponing each by a lease: a second daemon does not see it, and if the first dies
-- before the crawl is queued, the source is due again when the lease has passed. With a budget, claims no more than it
-- allows by now: the budget refills evenly, up to a minute's worth, and is shared by all daemons.
-- KEYS 1  due (sorted set: source id by ms)
--      2  allowance (hash: left, at), in the same slot; only with a budget
-- ARGV 1  now, ms
--      2  most to claim
--      3  lease, ms
--      4  budget, fetches an hour; 0 or missing for none
--      5  furthest a due time may lie ahead, ms: later ones were written by a fast clock and are due now; 0 or missing
--         if another caller checks
-- Returns the ids claimed, longest due first.
-- O(log(N) + claimed).

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
-- As a string: Redis would truncate a number to an integer.
if left then redis.call('HSET', KEYS[2], 'left', tostring(left - #ids), 'at', ARGV[1]) end
return ids
