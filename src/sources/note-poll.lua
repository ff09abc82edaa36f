-- Writes down what became of a poll.
-- KEYS 1  source hash
--      2  list of its last fetches, same slot
-- ARGV 1  most fetches kept
--      2  the fetch, packed, or ""
--      3  1 where it counts as a fetch, else 0
--      4  new items
--      5+ field, value, ... of the hash
-- Returns nothing.
-- O(fields).

local source, history = KEYS[1], KEYS[2]
if ARGV[2] ~= '' then
  redis.call('LPUSH', history, ARGV[2])
  redis.call('LTRIM', history, 0, ARGV[1] - 1)
end
if ARGV[3] ~= '0' then redis.call('HINCRBY', source, 'fetches', ARGV[3]) end
if ARGV[4] ~= '0' then redis.call('HINCRBY', source, 'newItems', ARGV[4]) end
redis.call('HSET', source, unpack(ARGV, 5))
