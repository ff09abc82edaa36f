-- Replaces what rules say of a stored article. Idempotent.
-- KEYS 1  article hash
-- ARGV 1  labels, JSON; "" for none
--      2  what rules decided, JSON; "" for nothing
-- Returns 1 if that changed the article, else 0, also if there is no such article or it is pending deletion.
-- O(1).

local stored = redis.call('HMGET', KEYS[1], 'labels', 'ruled', 'story', 'leaving')
if not stored[3] or stored[4] then return 0 end
local changed = 0
for at, name in ipairs({ 'labels', 'ruled' }) do
  if (stored[at] or '') ~= ARGV[at] then
    changed = 1
    if ARGV[at] == '' then redis.call('HDEL', KEYS[1], name) else redis.call('HSET', KEYS[1], name, ARGV[at]) end
  end
end
return changed
