-- Copies an article's counts into its hash, for readers; an article that has expired is not brought back.
-- KEYS 1  article hash
-- ARGV    field, value, ...
-- Returns 1 where it was there, else 0.
-- O(fields).

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1
