-- Closes a story whose articles were moved into another, and leaves a forward to that one. Idempotent.
-- KEYS 1  story hash
--      2  hash of its members, same slot
-- ARGV 1  id of the story it was merged into
--      2  JSON array of the articles that were moved
--      3  retention, ms
-- Returns { "closed", sections it was listed in (JSON), number of its sources }, or { "more" } if an article joined it meanwhile.
-- O(members).

local moved = {}
for _, id in ipairs(cjson.decode(ARGV[2])) do moved[id] = true end
for _, id in ipairs(redis.call('HKEYS', KEYS[2])) do
  if not moved[id] then return { 'more' } end
end
local sections = redis.call('HGET', KEYS[1], 'sections') or '[]'
local breadth = #cjson.decode(redis.call('HGET', KEYS[1], 'sources') or '[]')
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'into', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return { 'closed', sections, breadth }
