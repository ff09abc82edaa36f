-- Records which related lists show an article.
-- KEYS 1+ one ZSET an article shown: article whose list shows it, by ms; all of one slot
-- ARGV 1  now, ms
--      2  most lists; the oldest are removed
--      3  ms to live
--      4+ for each key: number of lists, lists
-- Returns nothing.
-- O(lists log most).

local most = tonumber(ARGV[2])
local at = 4
for _, key in ipairs(KEYS) do
  local last = at + tonumber(ARGV[at])
  for list = at + 1, last do redis.call('ZADD', key, ARGV[1], ARGV[list]) end
  if redis.call('ZCARD', key) > most then redis.call('ZREMRANGEBYRANK', key, 0, -most - 1) end
  redis.call('PEXPIRE', key, ARGV[3])
  at = last + 1
end
