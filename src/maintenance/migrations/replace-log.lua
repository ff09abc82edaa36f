-- Puts the log of stories that was written anew in the place of the one it was written from, if nothing came to that one meanwhile.
-- KEYS 1  log (stream)
--      2  the one written anew, same slot
-- ARGV 1  id of the last entry that was carried over
-- Returns 1; 0 where there is more to carry over.
-- O(1), and the old log is freed aside.

local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not last or last[1] ~= ARGV[1] then return 0 end
redis.call('UNLINK', KEYS[1])
redis.call('RENAME', KEYS[2], KEYS[1])
return 1
