-- Deletes a seen item if it is still stored as expected, together with its feed's validators and item hashes, so that
-- an unchanged feed is read again.
-- KEYS 1  seen hash of a source
--      2  source hash
--      3  item hashes of its feed
-- All in one slot.
-- ARGV 1  item key
--      2  expected value
-- Returns 1, or 0 if another value is stored.
-- O(1).

if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], 'etag', 'lastModified', 'bodyHash')
redis.call('DEL', KEYS[3])
return 1
