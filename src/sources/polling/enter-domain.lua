-- Enters a domain, or reserves the next free moment of it. Each who has to wait gets a moment of its own, one behind another, so that a
-- hundred sources of a domain come back a hundred times and not once a second each.
-- KEYS 1  domain (hash: free, until, took, why, pace, at, since)
--      2  holders (sorted set: token by the ms at which it is taken for dead)
--      3  waiting (sorted set: member by the ms it shall come back)
-- All in one slot.
-- ARGV 1  token of this visit
--      2  member: who waits, the same at each coming back
--      3  lease, ms: longest a visit may take
--      4  gap, ms
--      5  most visits at a time
--      6  ms: the longest that any server is obeyed
-- Returns {1} when entered; {0, ms to wait, 'turn'} when its turn is later; {0, ms, why} while the server wants nobody.
-- O(log(waiting)).

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local token, member = ARGV[1], ARGV[2]
local lease, gap, most = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local known = redis.call('HMGET', KEYS[1], 'free', 'until', 'took', 'why', 'pace', 'at', 'since')
local free, closed, took = tonumber(known[1] or 0), tonumber(known[2] or 0), tonumber(known[3] or 0)
local longest = tonumber(ARGV[6] or 86400000)

-- As src/util/plausible-time.ts has it: what was written while the clock was ahead says nothing.
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
-- Held by this visit already: its process died over it, and it is made again.
redis.call('ZREM', KEYS[2], token)
local held = redis.call('ZCARD', KEYS[2])
local slot = tonumber(redis.call('ZSCORE', KEYS[3], member) or nil)
-- Turns nobody came for are given up after a lease.
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - lease)

-- What its server asks for between two requests.
gap = math.max(gap, tonumber(known[5] or 0))

-- What one visit takes of the domain's time; a little more than it took, so that a turn seldom finds the one before still there.
local spacing = math.max(gap, math.ceil((gap + took * 1.25) / most), 1)
-- Timers are good to a few ms.
local early = 5
local first = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
local mine = slot and slot <= now + early
-- Somebody new goes at once only where that takes nobody's turn.
local idle = not slot and (not first[2] or tonumber(first[2]) > now + spacing)

if held < most and free <= now + early and (mine or idle) then
  redis.call('ZADD', KEYS[2], now + lease, token)
  redis.call('PEXPIRE', KEYS[2], lease)
  redis.call('ZREM', KEYS[3], member)
  redis.call('HSET', KEYS[1], 'free', now + gap, 'at', now)
  redis.call('PEXPIRE', KEYS[1], math.max(600000, gap))
  return { 1 }
end

-- The furthest turn there can be: all who wait before it, each after the longest pause.
if slot and not plausible(slot, lease + math.max(spacing, 600000) * redis.call('ZCARD', KEYS[3])) then
  redis.call('ZREMRANGEBYSCORE', KEYS[3], string.format('%.0f', slot), '+inf')
  slot = nil
end
if slot and not mine then return { 0, slot - now, 'turn' } end

local back = 0
if mine and held < most then
  -- Only the gap is in the way: the turn stays.
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
