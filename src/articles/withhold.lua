-- Moves the fields of an article that readers could show into one internal field, and its text to an internal key, or
-- restores them. Idempotent.
-- KEYS 1  article hash
--      2  its text
--      3  its text while it is withheld
-- ARGV 1  "1" to withhold, "0" to restore
-- Returns 1 if that changed the article, 0 if it was so already, -1 if there is no such article.
-- O(fields).

local key = KEYS[1]
local shown = { 'id', 'url', 'title', 'headline', 'summary', 'author', 'authors', 'image', 'images', 'categories', 'enclosures', 'page' }
if redis.call('EXISTS', key) == 0 then return -1 end
local withheld = redis.call('HGET', key, 'withheld')
if (ARGV[1] == '1') == (withheld ~= false) then return 0 end

if ARGV[1] == '1' then
  local kept = {}
  for at, value in ipairs(redis.call('HMGET', key, unpack(shown))) do
    if value then kept[shown[at]] = value end
  end
  redis.call('HSET', key, 'withheld', cjson.encode(kept))
  redis.call('HDEL', key, unpack(shown))
  if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('RENAME', KEYS[2], KEYS[3]) end
else
  for name, value in pairs(cjson.decode(withheld)) do redis.call('HSET', key, name, value) end
  redis.call('HDEL', key, 'withheld')
  if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('RENAME', KEYS[3], KEYS[2]) end
end
return 1
