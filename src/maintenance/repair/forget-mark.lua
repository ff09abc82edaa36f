-- Forgets that an item was seen, unless its entry has changed since the caller read it. It also deletes the validators
-- and item hashes of the source, so that the next crawl reads the whole feed.
-- KEYS 1  seen hash of a source
--      2  source hash
--      3  item hashes of its feed
-- All in one slot.
-- ARGV 1  item key
--      2  its entry as the caller read it
-- Returns 1, or 0 if the entry has changed.
-- O(1).

if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], 'etag', 'lastModified', 'bodyHash')
redis.call('DEL', KEYS[3])
return 1
