-- Extends a lease that its holder still has. An expired lease is not revived: another may have held it meanwhile.
-- KEYS 1  lease
-- ARGV 1  token of the holder
--      2  duration from now on, ms
-- Returns 1, or 0 if it expired or another holds it.
-- O(1).

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
