-- Enqueues lists under a new number, so that a change during a write is never mistaken for the one being written.
-- KEYS 1  counter
--      2  ZSET list by number, same slot
-- ARGV    lists
-- Returns the number.
-- O(lists log waiting).

local number = redis.call('INCR', KEYS[1])
for _, name in ipairs(ARGV) do redis.call('ZADD', KEYS[2], number, name) end
return number
