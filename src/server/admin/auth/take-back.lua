-- Takes one try back from each name: it succeeded. What others tried there stays counted.
-- KEYS[1], KEYS[2] as in tries.lua
-- ARGV[1] "1" where the first name is forgotten as a whole
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
