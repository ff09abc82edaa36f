-- Counts the other articles that a visitor of an article viewed.
-- KEYS 1  ZSET article by readers of both; the member "" counts the article's own readers
-- ARGV 1  readers to add to its own, 0 or 1
--      2  most others; those with the fewest visitors are removed
--      3  ms to live
--      4+ others
-- Returns nothing.
-- O(others log most).

local readers = redis.call('ZINCRBY', KEYS[1], ARGV[1], '')
for at = 4, #ARGV do redis.call('ZINCRBY', KEYS[1], 1, ARGV[at]) end
local most = tonumber(ARGV[2]) + 1
if redis.call('ZCARD', KEYS[1]) > most then
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -most - 1)
  redis.call('ZADD', KEYS[1], readers, '')
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
