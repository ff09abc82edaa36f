-- Forgets what was remembered of a source's items in another body of data than that of now: what is written by crawls and batches that
-- were under way when Redis came back empty tells of articles that are gone.
-- KEYS 1  source hash
--      2  seen hash
--      3  hashes of the items its feed carries, as written
-- All in one slot.
-- ARGV 1  token of the body of data
-- Returns nothing.
-- O(1), freed aside.

redis.call('UNLINK', KEYS[2], KEYS[3])
redis.call('HDEL', KEYS[1], 'etag', 'lastModified', 'bodyHash', 'pending')
redis.call('HSET', KEYS[1], 'origin', ARGV[1])
