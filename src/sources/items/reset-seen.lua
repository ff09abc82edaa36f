-- Forgets the seen items of a source that belong to another data set: crawls and batches that were running when Redis
-- came back empty write about articles that no longer exist.
-- KEYS 1  source hash
--      2  seen hash
--      3  item hashes of its feed
-- All in one slot.
-- ARGV 1  token of the current data set
-- Returns nothing.
-- O(1); memory is freed in the background.

redis.call('UNLINK', KEYS[2], KEYS[3])
redis.call('HDEL', KEYS[1], 'etag', 'lastModified', 'bodyHash', 'pending')
redis.call('HSET', KEYS[1], 'origin', ARGV[1])
