-- Copies an article's counts into its hash, for readers. Does not recreate an expired article, and never overwrites
-- newer counts with older ones.
-- KEYS 1  article hash
-- ARGV 1  version of the counts
--      2+ field, value, ...
-- Returns 1 if the hash now holds these counts, 0 if it holds newer ones, -1 if there is no such article.
-- O(fields).

if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
if tonumber(redis.call('HGET', KEYS[1], 'countsVersion') or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'countsVersion', ARGV[1], unpack(ARGV, 2))
return 1
