-- Gives a domain back after a request: nobody may enter until the gap has passed.
-- KEYS 1  host lock
-- ARGV 1  token of the holder
--      2  gap, ms
-- Returns 1 where it was ours, else 0.
-- O(1).

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) > 0 then
  redis.call('SET', KEYS[1], 'gap', 'PX', ARGV[2])
else
  redis.call('DEL', KEYS[1])
end
return 1
