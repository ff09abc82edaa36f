-- Replaces the live rules if nobody changed them meanwhile.
-- KEYS 1  live rules
-- ARGV 1  the version that was read; "" if there were none
--      2  the next version
--      3  JSON of the rules
-- Returns 1, or 0 if the version is another.
-- O(1).

if (redis.call('HGET', KEYS[1], 'version') or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'rules', ARGV[3])
return 1
