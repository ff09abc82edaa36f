-- Removes articles from the dirty set after their counts were copied, unless they changed again since.
-- KEYS 1  stream of events
-- ARGV    article, version, ...
-- Returns how many were confirmed.
-- O(articles).

local dirty, confirmed = '{' .. KEYS[1] .. '}:dirty', 0
for at = 1, #ARGV, 2 do
  if redis.call('HGET', dirty, ARGV[at]) == ARGV[at + 1] then confirmed = confirmed + redis.call('HDEL', dirty, ARGV[at]) end
end
return confirmed
