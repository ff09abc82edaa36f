-- Adds refusals to their counters: one entry for each kind and user, so that any number of refusals takes the same
-- memory.
-- KEYS[1] HASH "<kind> <who>" -> JSON { count, first, last, from, on }
-- ARGV[1] maximum number of entries: those with the oldest last refusal are dropped first
-- ARGV[2] ms after the last refusal until all entries expire
-- ARGV[3...] pairs of a field and an entry to add to it
-- Returns nothing. Complexity: O(pairs), and O(entries * log entries) if there are too many
for at = 3, #ARGV, 2 do
  local more = cjson.decode(ARGV[at + 1])
  local found = redis.call('HGET', KEYS[1], ARGV[at])
  if found then
    local had = cjson.decode(found)
    more.count = more.count + had.count
    more.first = math.min(more.first, had.first)
    if had.last > more.last then more.last, more.from, more.on = had.last, had.from, had.on end
  end
  redis.call('HSET', KEYS[1], ARGV[at], cjson.encode(more))
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local over = redis.call('HLEN', KEYS[1]) - tonumber(ARGV[1])
if over <= 0 then return end
local all = redis.call('HGETALL', KEYS[1])
local ages = {}
for at = 1, #all, 2 do ages[#ages + 1] = { all[at], cjson.decode(all[at + 1]).last } end
table.sort(ages, function(a, b) return a[2] < b[2] end)
for at = 1, over do redis.call('HDEL', KEYS[1], ages[at][1]) end
