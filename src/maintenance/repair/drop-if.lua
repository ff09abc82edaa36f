-- Deletes a string if it still has the expected value.
-- KEYS 1  string
-- ARGV 1  expected value
-- Returns 1, or 0 if it has another value.
-- O(1).

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
