-- Ends a visit to a domain: the next visit may start once the gap, or the wait that its server asked for, has passed.
-- KEYS 1  domain (hash)
--      2  holders (sorted set)
-- All in one slot.
-- ARGV 1  token of the visit
--      2  gap, ms
--      3  how long the visit took, ms
--      4  ms for which the server asks for a pause; -1 if it reports too many requests and no duration;
--         0 if it reports neither
--      5  first wait where it gives no duration, ms; doubled each time in a row
--      6  longest wait, ms
--      7  0 to 1: position in the spread
--      8  why, for people
--      9  gap between two requests that the server asks for from now on, ms; 0 if it asks for none
-- Returns ms for which the domain is closed now, 0 if it is not.
-- O(log(holders)).

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local pace = tonumber(ARGV[9])
local gap, took, asked, longest = math.max(tonumber(ARGV[2]), pace), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[6])
local known = redis.call('HMGET', KEYS[1], 'free', 'until', 'took', 'strikes', 'pace', 'since')
local closed = tonumber(known[2] or 0)
-- The same rule as in src/util/plausible-time.ts: times written while the clock was ahead are ignored.
local function plausible(at, horizon) return at <= now + horizon + 10000 end
if not plausible(tonumber(known[6] or 0), 0) or not plausible(closed, longest * 1.2) then closed = 0 end
local freeAt = tonumber(known[1] or 0)
if not plausible(freeAt, math.max(gap, tonumber(known[5] or 0), 600000)) then freeAt = 0 end

if redis.call('ZREM', KEYS[2], ARGV[1]) == 1 then
  local before = tonumber(known[3] or took)
  redis.call('HSET', KEYS[1], 'free', math.max(freeAt, now + gap), 'took', math.floor(before + (took - before) / 4))
end

if pace > 0 then
  redis.call('HSET', KEYS[1], 'pace', pace)
elseif known[5] then
  redis.call('HDEL', KEYS[1], 'pace')
end

-- The pace must outlive the gap that it causes, or it would be forgotten before it takes effect.
local keep = math.max(600000, gap * 2)
if asked ~= 0 then
  local strikes = tonumber(known[4] or 0)
  if asked < 0 then
    asked = tonumber(ARGV[5]) * 2 ^ math.min(strikes, 20)
    redis.call('HSET', KEYS[1], 'strikes', strikes + 1)
  end
  -- Visits that wait for the same moment are spread over a tenth of the wait after it.
  asked = math.floor(math.min(asked, longest) * (1 + tonumber(ARGV[7]) * 0.1))
  closed = math.max(closed, now + asked)
  redis.call('HSET', KEYS[1], 'until', closed, 'why', ARGV[8], 'since', now)
  -- The count must outlive the wait, or each complaint would count as the first.
  keep = math.max(keep, (closed - now) * 2 + 600000)
  redis.call('PEXPIRE', KEYS[1], keep)
elseif closed <= now then
  -- An answer without a complaint resets the count.
  if known[4] then redis.call('HDEL', KEYS[1], 'strikes') end
  redis.call('PEXPIRE', KEYS[1], keep)
end
return math.max(0, closed - now)
