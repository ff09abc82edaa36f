-- Moves the fields of an article that readers could show into one internal field, or restores them. Idempotent.
-- KEYS 1  article hash
-- ARGV 1  "1" to withhold, "0" to restore
-- Returns 1 if that changed the article, 0 if it was so already, -1 if there is no such article.
-- O(fields).

local key = KEYS[1]
local shown = { 'id', 'url', 'title', 'headline', 'summary', 'author', 'authors', 'image', 'images' }
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
else
  for name, value in pairs(cjson.decode(withheld)) do redis.call('HSET', key, name, value) end
  redis.call('HDEL', key, 'withheld')
end
return 1
