-- Stores a source's places, unless they are no longer those from which the new ones were made: another crawl or an
-- editor may have changed them since, or Redis may have been emptied.
-- KEYS 1  source hash
-- ARGV 1  the places as read; "" for none
--      2  the places to store; "" for none
-- Returns 1, or 0 if nothing was written.
-- O(1).

if (redis.call('HGET', KEYS[1], 'places') or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('HDEL', KEYS[1], 'places') else redis.call('HSET', KEYS[1], 'places', ARGV[2]) end
return 1
