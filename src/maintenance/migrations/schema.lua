-- Raises the version of the schema if the caller still holds the migration lock.
-- KEYS 1  version
--      2  lock, same slot
-- ARGV 1  token
--      2  version
-- Returns 1, or 0 if the lock was lost.
-- O(1).

if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
