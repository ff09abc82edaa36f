-- Changes an existing subscription, and when it is due next. A subscription deleted in the meantime stays deleted.
-- KEYS 1  subscription hash
--      2  due (sorted set: token by ms)
-- All in one slot.
-- ARGV 1  token
--      2  ms at which it is due next; empty leaves that as it is
--      3  counter field to increment; empty for none
--      4+ field, value, ...
-- Returns 1 if it exists, else 0.
-- O(fields).

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if #ARGV > 3 then redis.call('HSET', KEYS[1], unpack(ARGV, 4)) end
if ARGV[3] ~= '' then redis.call('HINCRBY', KEYS[1], ARGV[3], 1) end
if ARGV[2] ~= '' then redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1]) end
return 1
