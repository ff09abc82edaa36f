-- Marks an article as pending deletion: no list takes it from now on, its hash stays for readers that still have it. Running it twice changes
-- nothing.
-- KEYS 1  article hash
-- Returns { story, url }, or {} where the article is gone already: a hash of one field would be no article.
-- O(1).

local stands = redis.call('HMGET', KEYS[1], 'story', 'url', 'withheld')
-- The address of one that is kept off everything stands apart (src/articles/withhold.lua).
local url = stands[2] or (stands[3] and cjson.decode(stands[3]).url)
if not url then return {} end
redis.call('HSET', KEYS[1], 'leaving', '1')
return { stands[1] or '', url }
