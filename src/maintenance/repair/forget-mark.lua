-- Forgets that an item was seen, if it is remembered as it was, and with it what lets its feed be passed by as known.
-- KEYS 1  seen hash of a source
--      2  source hash
--      3  hashes of the items its feed last carried
-- All in one slot.
-- ARGV 1  item key
--      2  what was remembered
-- Returns 1, or 0 where it is remembered otherwise.
-- O(1).

if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], 'etag', 'lastModified', 'bodyHash')
redis.call('DEL', KEYS[3])
return 1
