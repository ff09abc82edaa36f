-- Sets the story of an article.
-- KEYS 1  article hash
-- ARGV 1  story id
-- Returns 1, or 0 if the article has expired, so that no hash with one field is left behind.
-- O(1).

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'story', ARGV[1])
return 1
