-- Deletes a string if it is what it was.
-- KEYS 1  string
-- ARGV 1  what it was
-- Returns 1, or 0 where it is something else.
-- O(1).

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
