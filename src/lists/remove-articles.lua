-- Removes entries of evicted articles from a published list; entries below move up. Idempotent.
-- KEYS 1  list
--      2  meta hash, same slot
-- ARGV 1  id of the change that announces their eviction: lists ranked before it do not overwrite this
--         (replace-list.lua)
--      2  now, ISO 8601
--      3+ ids of articles
-- Returns { entries removed, version }.
-- O(entries + articles).

local list, meta, asOf = KEYS[1], KEYS[2], ARGV[1]
local evicted = {}
for at = 3, #ARGV do evicted[ARGV[at]] = true end

local kept, removed = {}, 0
for _, entry in ipairs(redis.call('LRANGE', list, 0, -1)) do
  -- As entries are written: place and id first (src/lists/entries.ts).
  local rank, id = string.match(entry, '^{"rank":(%d+),"id":"([^"]+)"')
  if id and evicted[id] then removed = removed + 1
  elseif id and tonumber(rank) ~= #kept + 1 then
    kept[#kept + 1] = string.gsub(entry, '^{"rank":%d+', '{"rank":' .. (#kept + 1), 1)
  else kept[#kept + 1] = entry end
end

if redis.call('EXISTS', meta) == 1 then
  local ms, seq = string.match(asOf, '^(%d+)%-(%d+)$')
  local otherMs, otherSeq = string.match(redis.call('HGET', meta, 'asOf') or '0-0', '^(%d+)%-(%d+)$')
  ms, seq, otherMs, otherSeq = tonumber(ms), tonumber(seq), tonumber(otherMs or 0), tonumber(otherSeq or 0)
  if otherMs < ms or (otherMs == ms and otherSeq < seq) then redis.call('HSET', meta, 'asOf', asOf) end
end
if removed == 0 then return { 0, 0 } end

local lives = redis.call('PTTL', list)
redis.call('DEL', list)
for first = 1, #kept, 500 do
  redis.call('RPUSH', list, unpack(kept, first, math.min(first + 499, #kept)))
end
if lives > 0 and #kept > 0 then redis.call('PEXPIRE', list, lives) end
-- A hash that no entries have, so that a writer with a diff against the previous list writes the whole list instead.
redis.call('HSET', meta, 'hash', 'struck ' .. redis.sha1hex(table.concat(kept)), 'generatedAt', ARGV[2], 'count', #kept)
return { removed, redis.call('HINCRBY', meta, 'version', 1) }
