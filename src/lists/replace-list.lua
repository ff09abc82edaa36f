-- Writes a published list, or only its changes, atomically: no reader ever sees half of it.
-- KEYS 1  list
--      2  meta hash, same slot
--      3  only if staged: list of the entries, same slot; taken or deleted here
-- ARGV 1  hash of the entries' bytes
--      2  now, ISO 8601
--      3  ms to live, 0 for ever
--      4  fallback: what the list was backfilled from, or ""
--      5  window, or ""
--      6  "1" if it is stale: unchanged because its input has stopped, else "0"
--      7  as of: id of the last change of articles that was read before ranking
--      8  version of the contract
--      9  number of entries
--      10 "staged", "whole", or the hash the list must have for the changes to fit it
--      11 covers: the narrowest window that has all events of its own, or ""
--      12+ whole: entries, JSON; changes: pairs of index (from 0) and entry, JSON, in ascending order
-- Returns { version, announced }; { "overtaken" } if Redis holds a newer state; { "other" } if the changes do not
-- apply.
-- O(entries handed over here); what is staged is handed over outside, since a hundred strings cost a script four times
-- what they cost RPUSH.

local list, meta, staged = KEYS[1], KEYS[2], KEYS[3]
local count, base = tonumber(ARGV[9]), ARGV[10]
local stands = redis.call('HMGET', meta, 'hash', 'asOf', 'version', 'announced', 'fallback', 'window', 'stale', 'count',
  'covers')

local function isBefore(one, other)
  local ms, seq = string.match(one, '^(%d+)%-(%d+)$')
  local otherMs, otherSeq = string.match(other, '^(%d+)%-(%d+)$')
  if not ms or not otherMs then return false end
  ms, seq, otherMs, otherSeq = tonumber(ms), tonumber(seq), tonumber(otherMs), tonumber(otherSeq)
  return ms < otherMs or (ms == otherMs and seq < otherSeq)
end
if stands[2] and isBefore(ARGV[7], stands[2]) then
  if staged then redis.call('DEL', staged) end
  return { 'overtaken' }
end

local length = redis.call('LLEN', list)
local changed = stands[1] ~= ARGV[1] or length ~= count
if base == 'staged' then
  if changed and count > 0 then
    redis.call('RENAME', staged, list)
    redis.call('PERSIST', list)
  else
    redis.call('DEL', staged)
    if changed then redis.call('DEL', list) end
  end
elseif changed and base == 'whole' then
  redis.call('DEL', list)
  for first = 12, #ARGV, 500 do
    redis.call('RPUSH', list, unpack(ARGV, first, math.min(first + 499, #ARGV)))
  end
elseif changed then
  -- Another length means that something else wrote to it.
  if stands[1] ~= base or stands[8] ~= tostring(length) then return { 'other' } end
  if count == 0 then redis.call('DEL', list)
  elseif length > count then redis.call('LTRIM', list, 0, count - 1) end
  for at = 12, #ARGV, 2 do
    if tonumber(ARGV[at]) < length then redis.call('LSET', list, ARGV[at], ARGV[at + 1])
    else redis.call('RPUSH', list, ARGV[at + 1]) end
  end
end

local version, announced = tonumber(stands[3] or 0), tonumber(stands[4] or 0)
if changed or stands[5] ~= ARGV[4] or stands[6] ~= ARGV[5] or stands[7] ~= ARGV[6]
  or (stands[9] or '') ~= ARGV[11] then
  version = redis.call('HINCRBY', meta, 'version', 1)
  redis.call('HSET', meta, 'hash', ARGV[1], 'generatedAt', ARGV[2], 'count', count, 'fallback', ARGV[4], 'window', ARGV[5],
    'stale', ARGV[6], 'schema', ARGV[8], 'covers', ARGV[11])
end
redis.call('HSET', meta, 'checkedAt', ARGV[2], 'asOf', ARGV[7])
if tonumber(ARGV[3]) > 0 then
  redis.call('PEXPIRE', list, ARGV[3])
  redis.call('PEXPIRE', meta, ARGV[3])
end
return { version, announced }
