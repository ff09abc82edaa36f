-- Removes dead consumers from the group. A consumer that still has pending entries stays until they are claimed.
-- KEYS 1  stream of events
-- ARGV 1  consumer group
--      2  idle time in ms after which a consumer is dead
-- Returns the names removed.
-- O(consumers).

local gone = {}
for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local about = {}
  for at = 1, #flat, 2 do about[flat[at]] = flat[at + 1] end
  if about.pending == 0 and about.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], about.name)
    gone[#gone + 1] = about.name
  end
end
return gone
