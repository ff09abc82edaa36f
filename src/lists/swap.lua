-- Replaces a published list whole, and only when its bytes changed: no reader ever sees half of it.
-- KEYS 1  list
--      2  meta hash, same slot
-- ARGV 1  hash of the entries' bytes
--      2  now, ISO 8601
--      3  ms to live, 0 for ever
--      4  fallback: what the list was filled up from, or ""
--      5+ entries, JSON
-- Returns the new version, or 0 where nothing changed.
-- O(entries).

local list, meta = KEYS[1], KEYS[2]
local count = #ARGV - 4
local version = 0
if redis.call('HGET', meta, 'hash') ~= ARGV[1] or redis.call('LLEN', list) ~= count then
  redis.call('DEL', list)
  for first = 5, #ARGV, 500 do
    redis.call('RPUSH', list, unpack(ARGV, first, math.min(first + 499, #ARGV)))
  end
  version = redis.call('HINCRBY', meta, 'version', 1)
  redis.call('HSET', meta, 'hash', ARGV[1], 'generatedAt', ARGV[2], 'count', count, 'fallback', ARGV[4])
end
redis.call('HSET', meta, 'checkedAt', ARGV[2])
if tonumber(ARGV[3]) > 0 then
  redis.call('PEXPIRE', list, ARGV[3])
  redis.call('PEXPIRE', meta, ARGV[3])
end
return version
