-- Returns articles whose counts changed since they were last copied into their hashes, with those counts. One call
-- reads both, so they are consistent.
-- KEYS 1  stream of events
-- ARGV 1  approximate number of articles
--      2+ totals to read for each: kinds of event, or seconds
-- Returns [article, version, one count per total, ...].
-- O(articles returned).

local base = '{' .. KEYS[1] .. '}:'
local articles, versions = {}, {}
for place, value in ipairs(redis.call('HSCAN', base .. 'dirty', 0, 'COUNT', ARGV[1])[2]) do
  if place % 2 == 1 then articles[#articles + 1] = value else versions[#versions + 1] = value end
end
local answer = {}
for from = 1, #articles, 1000 do
  local to = math.min(from + 999, #articles)
  local totals = {}
  for at = 2, #ARGV do
    totals[#totals + 1] = redis.call('HMGET', base .. 'total:' .. ARGV[at], unpack(articles, from, to))
  end
  for index = from, to do
    answer[#answer + 1] = articles[index]
    answer[#answer + 1] = versions[index]
    for _, counts in ipairs(totals) do answer[#answer + 1] = counts[index - from + 1] or '0' end
  end
end
return answer
