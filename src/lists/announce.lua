-- Remembers up to which version of a list its readers were told: one that died between writing and telling is made up for.
-- KEYS 1  meta hash
-- ARGV 1  version
-- Returns nothing.
-- O(1).

if tonumber(redis.call('HGET', KEYS[1], 'announced') or 0) < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'announced', ARGV[1])
end
