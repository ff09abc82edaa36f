-- Takes sources that are due, moving each out of reach by a lease: a second daemon does not see it, and should the first die before its
-- crawl is queued, the source falls due again when the lease has passed.
-- KEYS 1  due (sorted set: source id by ms)
-- ARGV 1  now, ms
--      2  most to take
--      3  lease, ms
-- Returns the ids taken, longest due first.
-- O(log(N) + taken).

local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[1], 'XX', ARGV[1] + ARGV[3], id) end
return ids
