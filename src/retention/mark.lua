-- Marks an article as leaving: nothing lists it from now on, its hash stays for who reads it meanwhile. Running it twice changes nothing.
-- KEYS 1  article hash
-- Returns { story, url }, or {} where the article is gone already: a hash of one field would be no article.
-- O(1).

local stands = redis.call('HMGET', KEYS[1], 'story', 'url')
if not stands[2] then return {} end
redis.call('HSET', KEYS[1], 'leaving', '1')
return { stands[1] or '', stands[2] }
