-- Which waiting lists may be written now: those that changed first, then those only refreshed by the clock; none twice within the settling
-- time. They stay waiting until they are done with.
-- KEYS 1  ZSET of changed lists by the number of their last change
--      2  ZSET of lists to refresh, likewise
--      3  HASH list -> ms at which it was last claimed, same slot
-- ARGV 1  now, ms
--      2  settling time, ms
--      3  most lists
-- Returns { ms until the next may be written or -1, list, number, list, number, ... }.
-- O(waiting lists).

local now, settle, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local answer, claimed, waits = { -1 }, {}, -1
for which = 1, 2 do
  local waiting = redis.call('ZRANGE', KEYS[which], 0, -1, 'WITHSCORES')
  for at = 1, #waiting, 2 do
    local name = waiting[at]
    local last = tonumber(redis.call('HGET', KEYS[3], name) or -1)
    -- Written in the future: the clock stepped back, and says nothing of how long ago it was.
    local wait = (last < 0 or last > now) and 0 or math.max(0, last + settle - now)
    if claimed[name] then
      answer[#answer + 1] = name
      answer[#answer + 1] = waiting[at + 1]
    elseif wait == 0 and most > 0 then
      most = most - 1
      claimed[name] = true
      redis.call('HSET', KEYS[3], name, ARGV[1])
      answer[#answer + 1] = name
      answer[#answer + 1] = waiting[at + 1]
    elseif waits < 0 or wait < waits then
      waits = wait
    end
  end
end
answer[1] = waits
return answer
