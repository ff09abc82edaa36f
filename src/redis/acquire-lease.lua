-- Acquires a lease where nobody holds it. Sent again by the same holder (its first reply was lost), it succeeds again.
-- KEYS 1  lease
-- ARGV 1  token of the holder
--      2  ms for which it lasts
-- Returns 1, or 0 where another holds it.
-- O(1).

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
