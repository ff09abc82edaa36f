-- Records the outcome of a poll.
-- KEYS 1  source hash
--      2  list of its last fetches
--      3  hashes of the items in its feed, as written there
-- All in one slot.
-- ARGV 1  maximum number of fetches to keep
--      2  the fetch, packed, or ""
--      3  1 if it counts as a fetch, else 0
--      4  new items
--      5  "=" and the token of the data set in which its items were looked up: nothing is written if the
--         source has another one; "" for any
--      6  item hashes to be kept, or ""
--      7  seconds for which they are kept
--      8+ field, value, ... of the hash
-- Returns 1, or 0 if nothing was written.
-- O(fields).

local source, history = KEYS[1], KEYS[2]
if ARGV[5] ~= '' and '=' .. (redis.call('HGET', source, 'origin') or '') ~= ARGV[5] then return 0 end
if ARGV[6] ~= '' then redis.call('SET', KEYS[3], ARGV[6], 'EX', ARGV[7]) end
if ARGV[2] ~= '' then
  redis.call('LPUSH', history, ARGV[2])
  redis.call('LTRIM', history, 0, ARGV[1] - 1)
end
if ARGV[3] ~= '0' then redis.call('HINCRBY', source, 'fetches', ARGV[3]) end
if ARGV[4] ~= '0' then redis.call('HINCRBY', source, 'newItems', ARGV[4]) end
redis.call('HSET', source, unpack(ARGV, 8))
return 1
