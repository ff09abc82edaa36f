-- Removes consumers that are long gone from the group. One that still holds events stays: they are claimed first.
-- KEYS 1  stream of events
-- ARGV 1  consumer group
--      2  ms of silence after which one is gone
-- Returns names of those removed.
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
