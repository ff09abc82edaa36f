-- Renames fields of a hash; the value under the old name replaces one under the new name.
-- KEYS 1  hash
-- ARGV old name, new name, ...
-- Returns how many were renamed.
-- O(fields).

local renamed = 0
for at = 1, #ARGV, 2 do
  local value = redis.call('HGET', KEYS[1], ARGV[at])
  if value then
    redis.call('HSET', KEYS[1], ARGV[at + 1], value)
    redis.call('HDEL', KEYS[1], ARGV[at])
    renamed = renamed + 1
  end
end
return renamed
