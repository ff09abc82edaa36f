-- Removes published lists from the publish queue, unless they changed again meanwhile.
-- KEYS 1  ZSET of changed lists by the number of their last change
--      2  ZSET of lists to refresh, likewise
-- ARGV    pairs of list and the number it was claimed with
-- Returns how many are still queued.
-- O(lists log waiting).

for at = 1, #ARGV, 2 do
  for which = 1, 2 do
    local number = redis.call('ZSCORE', KEYS[which], ARGV[at])
    if number and tonumber(number) <= tonumber(ARGV[at + 1]) then redis.call('ZREM', KEYS[which], ARGV[at]) end
  end
end
return redis.call('ZCARD', KEYS[1]) + redis.call('ZCARD', KEYS[2])
