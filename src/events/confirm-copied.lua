-- Notes that counts were copied, where they have not changed since.
-- KEYS 1  stream of events
-- ARGV    article, version, ...
-- Returns how many were settled.
-- O(articles).

local dirty, settled = '{' .. KEYS[1] .. '}:dirty', 0
for at = 1, #ARGV, 2 do
  if redis.call('HGET', dirty, ARGV[at]) == ARGV[at + 1] then settled = settled + redis.call('HDEL', dirty, ARGV[at]) end
end
return settled
