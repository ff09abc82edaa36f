-- Puts lists among those that wait, each with a new number: a change during a write is never taken for the one before it.
-- KEYS 1  counter
--      2  ZSET list by number, same slot
-- ARGV    lists
-- Returns the number.
-- O(lists log waiting).

local number = redis.call('INCR', KEYS[1])
for _, name in ipairs(ARGV) do redis.call('ZADD', KEYS[2], number, name) end
return number
