-- Takes one attempt back from each counter, since it succeeded. Other attempts stay counted.
-- KEYS[1], KEYS[2] as in log-in-attempts.lua
-- ARGV[1] "1" if the first counter is deleted entirely
-- ARGV[2...] names
-- Returns nothing. Complexity: O(names * log all names)
for at = 2, #ARGV do
  local name = ARGV[at]
  local count = tonumber(string.match(redis.call('HGET', KEYS[1], name) or '', '^(%d+) ') or '0')
  if count <= 1 or (at == 2 and ARGV[1] == '1') then
    redis.call('HDEL', KEYS[1], name)
    redis.call('ZREM', KEYS[2], name)
  else
    redis.call('HSET', KEYS[1], name, string.format('%d 0', count - 1))
  end
end
