-- Records the visitors of an article, and when each last read it.
-- KEYS 1  ZSET hash of a visitor by ms of the latest read
-- ARGV 1  maximum number of visitors; those who read it longest ago are removed
--      2  ms to live
--      3+ ms, hash, ms, hash, ...
-- Returns 1 if the set has the maximum number of visitors, else 0.
-- O(visitors log most).

local most = tonumber(ARGV[1])
for at = 3, #ARGV, 2 do redis.call('ZADD', KEYS[1], 'GT', ARGV[at], ARGV[at + 1]) end
local size = redis.call('ZCARD', KEYS[1])
if size > most then redis.call('ZREMRANGEBYRANK', KEYS[1], 0, size - most - 1) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return size >= most and 1 or 0
