-- Replaces the story log by its migrated copy, unless the log has got new entries since they were copied.
-- KEYS 1  log (stream)
--      2  migrated copy, same slot
-- ARGV 1  id of the last entry that was copied
-- Returns 1, or 0 if there are more entries to copy.
-- O(1); UNLINK frees the old log in the background.

local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not last or last[1] ~= ARGV[1] then return 0 end
redis.call('UNLINK', KEYS[1])
redis.call('RENAME', KEYS[2], KEYS[1])
return 1
