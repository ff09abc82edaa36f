-- Closes a story whose articles were put into another: what still comes for it is sent on. Running it twice changes nothing.
-- KEYS 1  story hash
--      2  hash of its members, same slot
-- ARGV 1  id of the story it was merged into
--      2  JSON array of the articles that were put there
--      3  retention, ms
-- Returns { "closed", sections it stood in (JSON) } or { "more" } where an article joined it meanwhile.
-- O(members).

local moved = {}
for _, id in ipairs(cjson.decode(ARGV[2])) do moved[id] = true end
for _, id in ipairs(redis.call('HKEYS', KEYS[2])) do
  if not moved[id] then return { 'more' } end
end
local sections = redis.call('HGET', KEYS[1], 'sections') or '[]'
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'into', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return { 'closed', sections }
