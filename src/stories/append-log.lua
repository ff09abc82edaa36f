-- Compare-and-append: adds decided articles to the log only if no other process has appended since the caller last read
-- it.
-- KEYS 1  log (stream)
-- ARGV 1  id of the last entry the caller has folded, "0-0" for none
--      2  ms: entries logged longer ago than this are trimmed
--      3  ms since the epoch at which the entries are logged; not before the last entry
--      4+ entries, JSON
-- Returns { "ok", id of each entry... }, { "behind", id of the log's last entry }, or { "clock", now } with nothing
-- added if the given time is more than a minute off: decisions depend on the time at which they are logged, and clocks
-- differ.
-- O(entries).

local TOLERANCE = 60000

local last = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for index = 1, #info, 2 do
    if info[index] == 'last-generated-id' then last = info[index + 1] end
  end
end
if last ~= ARGV[1] then return { 'behind', last } end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lastMs, lastSeq = string.match(last, '^(%d+)-(%d+)$')
-- If the server's clock was set back, continue from its last entry.
now = math.max(now, tonumber(lastMs))
local at = tonumber(ARGV[3])
if at < tonumber(lastMs) or math.abs(at - now) > TOLERANCE then return { 'clock', string.format('%.0f', now) } end

local answer, seq = { 'ok' }, at == tonumber(lastMs) and lastSeq + 1 or 0
for index = 4, #ARGV do
  local id = string.format('%.0f-%.0f', at, seq + index - 4)
  answer[#answer + 1] = redis.call('XADD', KEYS[1], id, 'e', ARGV[index])
end
if #ARGV > 3 then
  redis.call('XTRIM', KEYS[1], 'MINID', '~', string.format('%.0f', math.max(0, at - tonumber(ARGV[2]))))
end
return answer
