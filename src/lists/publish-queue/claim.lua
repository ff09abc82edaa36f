-- Claims the queued lists that may be written now: changed lists before those that the clock refreshes; within each,
-- the one claimed longest ago first, so that lists that change all the time cannot starve the others. No list is
-- claimed twice within the debounce time. Claimed lists stay queued until they are acknowledged.
-- KEYS 1  ZSET of changed lists by the number of their last change
--      2  ZSET of lists to refresh, likewise
--      3  HASH list -> ms at which it was last claimed, same slot
-- ARGV 1  now, ms
--      2  debounce, ms
--      3  most lists
-- Returns { ms until the next may be written or -1, list, number, list, number, ... }.
-- O(waiting lists log waiting lists).

local now, settle, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local answer, claimed, waits = { -1 }, {}, -1

local function take(name, number)
  answer[#answer + 1] = name
  answer[#answer + 1] = number
end

for which = 1, 2 do
  local waiting = redis.call('ZRANGE', KEYS[which], 0, -1, 'WITHSCORES')
  local ready = {}
  for at = 1, #waiting, 2 do
    local name = waiting[at]
    local last = tonumber(redis.call('HGET', KEYS[3], name) or -1)
    -- Claimed in the future: the clock stepped back, so the age is unknown.
    if last > now then last = -1 end
    local wait = last < 0 and 0 or math.max(0, last + settle - now)
    if claimed[name] then
      take(name, waiting[at + 1])
    elseif wait == 0 then
      ready[#ready + 1] = { name = name, number = waiting[at + 1], last = last }
    elseif waits < 0 or wait < waits then
      waits = wait
    end
  end
  table.sort(ready, function(a, b) return a.last < b.last or (a.last == b.last and a.name < b.name) end)
  for _, list in ipairs(ready) do
    if most > 0 then
      most = most - 1
      claimed[list.name] = true
      redis.call('HSET', KEYS[3], list.name, ARGV[1])
      take(list.name, list.number)
    else
      waits = 0
    end
  end
end
answer[1] = waits
return answer
