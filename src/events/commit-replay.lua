-- Replaces the counts by those of a replay, if both counted exactly the same events.
-- KEYS 1  stream of events
-- ARGV 1  prefix of the replay's keys
--      2  consumer group
--      3  id up to which the replay has read
--      4  token of the replay
--      5  MessagePack [[window, first recounted bucket], ...]
--      6  MessagePack of the replay's keys, without the prefix
--      7  MessagePack [kind, article, difference, ...]: the changes to totals
--      8  MessagePack of the kinds of event
-- Returns 'done'; 'more' if more events were counted meanwhile; 'lost' if counting is no longer paused by this replay.
-- O(keys of the replay + totals that change).

local stream, base, again = KEYS[1], '{' .. KEYS[1] .. '}:', ARGV[1]
if redis.call('GET', base .. 'replay') ~= ARGV[4] then return 'lost' end
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local about = {}
  for at = 1, #flat, 2 do about[flat[at]] = flat[at + 1] end
  if about.name == ARGV[2] and (about.pending > 0 or about['last-delivered-id'] ~= ARGV[3]) then return 'more' end
end

for _, kind in ipairs(cmsgpack.unpack(ARGV[8])) do
  redis.call('DEL', base .. 'window:' .. kind .. ':now')
  for _, roll in ipairs(cmsgpack.unpack(ARGV[5])) do
    local name = kind .. ':' .. roll[1]
    for _, index in ipairs(redis.call('ZRANGEBYSCORE', base .. 'index:' .. name, roll[2], '+inf')) do
      redis.call('DEL', base .. 'bucket:' .. name .. ':' .. index)
    end
    redis.call('DEL', base .. 'window:' .. name, base .. 'index:' .. name)
  end
end
for _, name in ipairs(cmsgpack.unpack(ARGV[6])) do
  -- The key may have expired since it was listed.
  if redis.call('EXISTS', again .. name) == 1 then redis.call('RENAME', again .. name, base .. name) end
end
local changes = cmsgpack.unpack(ARGV[7])
local version = #changes > 0 and redis.call('INCR', base .. 'version')
for at = 1, #changes, 3 do
  redis.call('HINCRBY', base .. 'total:' .. changes[at], changes[at + 1], string.format('%.0f', changes[at + 2]))
  redis.call('HSET', base .. 'dirty', changes[at + 1], string.format('%.0f', version))
end
return 'done'
