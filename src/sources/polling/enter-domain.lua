-- Enters a domain, or reserves the next free turn at it. Every visit that has to wait gets a turn of its own, one after
-- another, so that a hundred sources of a domain come back a hundred times in all, and not once a second each.
-- KEYS 1  domain (hash: free, until, took, why, pace, at, since)
--      2  holders (sorted set: token by the ms at which its lease ends)
--      3  waiting (sorted set: member by the ms of its turn)
-- All in one slot.
-- ARGV 1  token of this visit
--      2  member: identifies the visitor, the same each time it comes back
--      3  lease, ms: the longest that a visit may take
--      4  gap, ms
--      5  maximum number of concurrent visits
--      6  the longest pause that a server can ask for, ms
-- Returns {1} when entered; {0, ms to wait, 'turn'} when its turn is later; {0, ms, why} while
-- the server asks for a pause.
-- O(log(waiting)).

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local token, member = ARGV[1], ARGV[2]
local lease, gap, most = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local known = redis.call('HMGET', KEYS[1], 'free', 'until', 'took', 'why', 'pace', 'at', 'since')
local free, closed, took = tonumber(known[1] or 0), tonumber(known[2] or 0), tonumber(known[3] or 0)
local longest = tonumber(ARGV[6] or 86400000)

-- The same rule as in src/util/plausible-time.ts: times written while the clock was ahead are ignored.
local SLACK = 10000
local function plausible(at, horizon) return at <= now + horizon + SLACK end
if not plausible(tonumber(known[7] or 0), 0) or not plausible(closed, longest * 1.2) then closed = 0 end
local isAhead = not plausible(tonumber(known[6] or 0), 0)
if isAhead or not plausible(free, math.max(gap, tonumber(known[5] or 0), 600000)) then free = 0 end
if isAhead then
  redis.call('DEL', KEYS[3])
  redis.call('HSET', KEYS[1], 'at', now)
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], string.format('(%.0f', now + lease * 2 + SLACK), '+inf')

if closed > now then
  redis.call('ZREM', KEYS[3], member)
  return { 0, closed - now, known[4] or 'asked' }
end

redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
-- The process of this visit died and the visit is repeated: release what the first run held.
redis.call('ZREM', KEYS[2], token)
local held = redis.call('ZCARD', KEYS[2])
local slot = tonumber(redis.call('ZSCORE', KEYS[3], member) or nil)
-- Turns that nobody took are dropped after a lease.
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - lease)

-- The gap that the server asks for, if it is longer.
gap = math.max(gap, tonumber(known[5] or 0))

-- Time between two turns: a little more than a visit took on average, so that the visit before is seldom still there.
local spacing = math.max(gap, math.ceil((gap + took * 1.25) / most), 1)
-- Timers may fire a few ms early.
local early = 5
local first = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
local mine = slot and slot <= now + early
-- A new visit enters at once only if that takes nobody's turn.
local idle = not slot and (not first[2] or tonumber(first[2]) > now + spacing)

if held < most and free <= now + early and (mine or idle) then
  redis.call('ZADD', KEYS[2], now + lease, token)
  redis.call('PEXPIRE', KEYS[2], lease)
  redis.call('ZREM', KEYS[3], member)
  redis.call('HSET', KEYS[1], 'free', now + gap, 'at', now)
  redis.call('PEXPIRE', KEYS[1], math.max(600000, gap))
  return { 1 }
end

-- No turn can be later than after all waiting visits, each with the longest gap: a later one is dropped.
if slot and not plausible(slot, lease + math.max(spacing, 600000) * redis.call('ZCARD', KEYS[3])) then
  redis.call('ZREMRANGEBYSCORE', KEYS[3], string.format('%.0f', slot), '+inf')
  slot = nil
end
if slot and not mine then return { 0, slot - now, 'turn' } end

local back = 0
if mine and held < most then
  -- Only the gap has not passed yet: the turn is kept.
  back = math.max(free, now + 1)
else
  redis.call('ZREM', KEYS[3], member)
  local last = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
  local after = held >= most and now + spacing or math.max(free, now + 1)
  back = math.max(after, last[2] and tonumber(last[2]) + spacing or 0)
end
redis.call('ZADD', KEYS[3], back, member)
redis.call('HSET', KEYS[1], 'at', now)
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], 600000) end
redis.call('PEXPIRE', KEYS[3], back - now + lease)
return { 0, back - now, 'turn' }
