-- Admits a log-in attempt, or returns how long to wait. Admitted attempts are counted at once, so that simultaneous
-- ones do not slip through.
-- KEYS[1] HASH of counters: name -> "<count> <ms since the epoch before which no attempt is admitted>"
-- KEYS[2] ZSET of the same names by the time they expire, ms
-- ARGV[1] now, ms
-- ARGV[2] maximum number of names: those that expire soonest are dropped first
-- ARGV[3...] five for each rule: name; attempts without delay; longest delay, ms; lifetime, ms;
--            1 if it counts only while the rule before it has free attempts left, or it has none left itself; else 0
-- Returns 0 if the attempt is admitted, else ms to wait.
-- Complexity: O(rules * log names)
local now = tonumber(ARGV[1])
local rules = {}
local wait = 0
for at = 3, #ARGV, 5 do
  local rule = {
    name = ARGV[at],
    free = tonumber(ARGV[at + 1]),
    longest = tonumber(ARGV[at + 2]),
    lasts = tonumber(ARGV[at + 3]),
    follows = ARGV[at + 4] == '1',
    count = 0,
    from = 0,
  }
  local ends = tonumber(redis.call('ZSCORE', KEYS[2], rule.name) or '0')
  if ends > now then
    local count, from = string.match(redis.call('HGET', KEYS[1], rule.name) or '', '^(%d+) (%d+)$')
    rule.count = tonumber(count or '0')
    rule.from = tonumber(from or '0')
  end
  -- A delay above the maximum was written by a clock that was ahead.
  if rule.from - now <= rule.longest then wait = math.max(wait, rule.from - now) end
  rules[#rules + 1] = rule
end
if wait > 0 then return wait end

for at, rule in ipairs(rules) do
  local before = rules[at - 1]
  if not rule.follows or before.count <= before.free or rule.count >= rule.free then
    rule.count = rule.count + 1
    local over = rule.count - rule.free
    local from = 0
    if over >= 0 then from = now + math.min(rule.longest, 1000 * 2 ^ math.min(over, 30)) end
    redis.call('HSET', KEYS[1], rule.name, string.format('%d %d', rule.count, from))
    redis.call('ZADD', KEYS[2], now + rule.lasts, rule.name)
    for _, key in ipairs(KEYS) do
      if redis.call('PTTL', key) < rule.lasts then redis.call('PEXPIRE', key, rule.lasts) end
    end
  end
end
local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[2])
if over > 0 then
  local gone = redis.call('ZPOPMIN', KEYS[2], over)
  for at = 1, #gone, 2 do redis.call('HDEL', KEYS[1], gone[at]) end
end
return 0
