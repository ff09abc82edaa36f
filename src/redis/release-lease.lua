-- Releases a lease that its holder still has, or replaces it by a mark that says the work is done.
-- KEYS 1  lease
-- ARGV 1  token of the holder
--      2  mark; empty for none
--      3  how long the mark stays, ms
-- Returns 1, or 0 if it expired or another holds it. The mark is also left if the lease expired and nobody acquired it
-- since.
-- O(1).

local holder = redis.call('GET', KEYS[1])
local isHeld = holder == ARGV[1]
if ARGV[2] ~= '' and (isHeld or not holder) then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
elseif isHeld then
  redis.call('DEL', KEYS[1])
end
return isHeld and 1 or 0
