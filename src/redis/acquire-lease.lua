-- Acquires a lease if nobody holds it. If the same holder sends it again (its first reply was lost), it succeeds again.
-- KEYS 1  lease
-- ARGV 1  token of the holder
--      2  duration, ms
-- Returns 1, or 0 if another holds it.
-- O(1).

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
