-- Extends a lease that its holder still has. One that expired is not revived: another may have had it meanwhile.
-- KEYS 1  lease
-- ARGV 1  token of the holder
--      2  ms for which it lasts from now on
-- Returns 1, or 0 where it expired or another holds it.
-- O(1).

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
