-- Tells an article which story it belongs to now.
-- KEYS 1  article hash
-- ARGV 1  story id
-- Returns 1, or 0 where the article has expired: a hash of one field would be no article.
-- O(1).

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'story', ARGV[1])
return 1
