-- Compare-and-append: adds decided articles to the log only if nobody has added any since the caller last looked.
-- KEYS 1  log (stream)
-- ARGV 1  id of the last entry the caller has folded, "0-0" for none
--      2  ms: entries logged longer ago than this are trimmed
--      3+ entries, JSON
-- Returns { "ok", id of each entry... } or { "behind", id of the log's last entry }.
-- O(entries).

local last = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for index = 1, #info, 2 do
    if info[index] == 'last-generated-id' then last = info[index + 1] end
  end
end
if last ~= ARGV[1] then return { 'behind', last } end

local answer = { 'ok' }
for index = 3, #ARGV do
  answer[#answer + 1] = redis.call('XADD', KEYS[1], '*', 'e', ARGV[index])
end
if #ARGV > 2 then
  local newest = tonumber(string.match(answer[#answer], '^%d+'))
  redis.call('XTRIM', KEYS[1], 'MINID', '~', string.format('%.0f', math.max(0, newest - tonumber(ARGV[2]))))
end
return answer
