-- Deletes all counts of an article that no longer exists: totals, windows, and the buckets that windows are summed
-- from, so that they stay consistent.
-- KEYS 1  stream of events; every other key is built from it and shares its slot
-- ARGV 1  article id
--      2+ kinds of event
-- Returns how many counts were deleted.
-- O(buckets).

local base, article, found = '{' .. KEYS[1] .. '}:', ARGV[1], 0
for at = 2, #ARGV do
  local kind = ARGV[at]
  found = found + redis.call('HDEL', base .. 'total:' .. kind, article)
    + redis.call('HDEL', base .. 'as-of:' .. kind, article) + redis.call('ZREM', base .. 'window:' .. kind .. ':now', article)
  for _, window in ipairs({ 'hour', 'day', 'week' }) do
    local name = kind .. ':' .. window
    for _, index in ipairs(redis.call('ZRANGE', base .. 'index:' .. name, 0, -1)) do
      found = found + redis.call('HDEL', base .. 'bucket:' .. name .. ':' .. index, article)
    end
    found = found + redis.call('ZREM', base .. 'window:' .. name, article)
  end
end
return found + redis.call('HDEL', base .. 'total:seconds', article) + redis.call('HDEL', base .. 'dirty', article)
