-- Marks an article as pending deletion: lists no longer take it, but its hash stays for readers that still show it.
-- Idempotent.
-- KEYS 1  article hash
-- Returns { story, url }, or {} with nothing marked if the article does not exist any more.
-- O(1).

local stands = redis.call('HMGET', KEYS[1], 'story', 'url', 'withheld')
-- The URL of an article that is blocked everywhere is in another field (src/articles/withhold.lua).
local url = stands[2] or (stands[3] and cjson.decode(stands[3]).url)
if not url then return {} end
redis.call('HSET', KEYS[1], 'leaving', '1')
return { stands[1] or '', url }
