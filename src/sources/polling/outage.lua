-- Changes the state of our own network if it is still what the caller expects, so that only one of several replicas
-- changes it.
-- KEYS 1  network (hash: mode, since)
-- ARGV 1  mode it is in
--      2  mode to change to
--      3  now, ms
-- Returns 1 if it was changed, else 0.
-- O(1).

if (redis.call('HGET', KEYS[1], 'mode') or 'up') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'mode', ARGV[2], 'since', ARGV[3])
return 1
