-- Adds what changed in a list to its history, unless another process has just done so.
-- KEYS 1  stream of its history
--      2  string: its articles as of the latest entry of the history, same slot
-- ARGV 1  the articles that it is compared with, ids separated by spaces; "" for none yet
--      2  its articles now, likewise
--      3  ms at which it was found changed
--      4  least ms since the latest entry
--      5  ms before which entries are removed
--      6  what left, "rank:id" separated by spaces
--      7  what entered, likewise
-- Returns { articles, ms } of the latest entry, by which the caller compares next time: its own if it was added.
-- O(what is added and removed).

local stands = redis.call('GET', KEYS[2])
local ids, at = string.match(stands or '', '^(.*)|(%d+)$')
ids, at = ids or '', tonumber(at or 0)
local since = ARGV[3] - at
-- The clock may have been set back: then nothing is known of how long ago that was.
if ids ~= ARGV[1] or (since >= 0 and since < tonumber(ARGV[4])) then return { ids, at } end
redis.call('SET', KEYS[2], ARGV[2] .. '|' .. ARGV[3])
-- What a list began with is no change.
if at > 0 then
  local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
  local isLater = not last or tonumber(string.match(last[1], '^%d+')) < tonumber(ARGV[3])
  local id = isLater and ARGV[3] .. '-0' or '*'
  redis.call('XADD', KEYS[1], 'MINID', ARGV[5] .. '-0', id, 'at', ARGV[3], 'left', ARGV[6], 'entered', ARGV[7])
end
return { ARGV[2], tonumber(ARGV[3]) }
