-- De-duplicates, counts and acknowledges a batch of events in one atomic call: whatever dies when, an event counts once.
-- KEYS 1  stream of events; every other key is built from it and shares its slot
-- ARGV 1  consumer group
--      2  now, ms
--      3  span within which one view counts per article and visitor, ms
--      4  half-life of the window now, ms
--      5  landmark of decayed weights, ms
--      6  most members of the window now
--      7  accepted events: JSON array of [entry id, kind, article, visitor hash or "", at ms]
--      8  refused events: JSON array of [entry id, reason, detail]
--      9  trim entries older than this id, or ""
--      10 rolling windows: JSON array of [window, ms a bucket spans, buckets]
-- Returns JSON { counted: { article: { kind: total } }, repeated: n }.
-- O(events * log(articles)) plus the buckets that left their windows.

local stream, group = KEYS[1], ARGV[1]
local base = '{' .. stream .. '}:'
local now, span, half, landmark = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local rolling = cjson.decode(ARGV[10])
local kinds = { 'view', 'share', 'comment' }

-- Subtracts buckets that have left their window since the last call. A first call only sets the mark.
for _, roll in ipairs(rolling) do
  local window, width, buckets = roll[1], roll[2], roll[3]
  local oldest = math.floor(now / width) - buckets + 1
  local mark = base .. 'rotated:' .. window
  local from = tonumber(redis.call('GET', mark) or oldest)
  if oldest - from >= buckets then
    -- Nothing was counted for a whole window: all of it has left, and its buckets may have expired.
    for _, kind in ipairs(kinds) do redis.call('DEL', base .. 'window:' .. kind .. ':' .. window) end
    from = oldest
    redis.call('DEL', mark)
  end
  for index = from, oldest - 1 do
    for _, kind in ipairs(kinds) do
      local bucket = base .. 'bucket:' .. kind .. ':' .. window .. ':' .. string.format('%.0f', index)
      local counts = redis.call('HGETALL', bucket)
      for at = 1, #counts, 2 do
        local key = base .. 'window:' .. kind .. ':' .. window
        if tonumber(redis.call('ZINCRBY', key, -counts[at + 1], counts[at])) <= 0 then redis.call('ZREM', key, counts[at]) end
      end
      redis.call('DEL', bucket)
    end
  end
  if oldest > from or redis.call('EXISTS', mark) == 0 then redis.call('SET', mark, string.format('%.0f', math.max(oldest, from))) end
end

local counted, repeated = {}, 0
for _, event in ipairs(cjson.decode(ARGV[7])) do
  local entry, kind, article, visitor, at = event[1], event[2], event[3], event[4], tonumber(event[5])
  -- Acknowledged before: another consumer has counted it.
  if redis.call('XACK', stream, group, entry) == 1 then
    local again = false
    if kind == 'view' and visitor ~= '' then
      local slot = math.floor(at / span)
      local who = article .. visitor
      for near = slot - 1, slot + 1 do
        local last = redis.call('HGET', base .. 'seen:' .. string.format('%.0f', near), who)
        if last and math.abs(at - tonumber(last)) < span then again = true end
      end
      if not again then
        local seen = base .. 'seen:' .. string.format('%.0f', slot)
        redis.call('HSET', seen, who, string.format('%.0f', at))
        redis.call('PEXPIRE', seen, string.format('%.0f', math.max(span, at + 3 * span - now)))
      end
    end
    if again then
      repeated = repeated + 1
    else
      local total = redis.call('HINCRBY', base .. 'total:' .. kind, article, 1)
      counted[article] = counted[article] or {}
      counted[article][kind] = total
      for _, roll in ipairs(rolling) do
        local window, width, buckets = roll[1], roll[2], roll[3]
        local index = math.floor(at / width)
        if index > math.floor(now / width) - buckets then
          local bucket = base .. 'bucket:' .. kind .. ':' .. window .. ':' .. string.format('%.0f', index)
          redis.call('HINCRBY', bucket, article, 1)
          redis.call('PEXPIRE', bucket, string.format('%.0f', width * (2 * buckets + 12)))
          redis.call('ZINCRBY', base .. 'window:' .. kind .. ':' .. window, 1, article)
        end
      end
      -- Sum of decayed weights, kept as its logarithm: log(e^a + e^b) = max + log(1 + e^-|a-b|).
      local key = base .. 'window:' .. kind .. ':now'
      local weight = math.log(2) * (at - landmark) / half
      local stands = redis.call('ZSCORE', key, article)
      if stands then
        local a = tonumber(stands)
        weight = math.max(a, weight) + math.log(1 + math.exp(-math.abs(a - weight)))
      end
      redis.call('ZADD', key, string.format('%.17g', weight), article)
    end
  end
end
for _, kind in ipairs(kinds) do redis.call('ZREMRANGEBYRANK', base .. 'window:' .. kind .. ':now', 0, -1 - tonumber(ARGV[6])) end

for _, event in ipairs(cjson.decode(ARGV[8])) do
  if redis.call('XACK', stream, group, event[1]) == 1 then
    redis.call('HINCRBY', base .. 'refused', event[2], 1)
    redis.call('LPUSH', base .. 'refused:last', cjson.encode({ at = now, entry = event[1], reason = event[2], detail = event[3] }))
  end
end
redis.call('LTRIM', base .. 'refused:last', 0, 49)
if repeated > 0 then redis.call('HINCRBY', base .. 'refused', 'repeated', repeated) end
if ARGV[9] ~= '' then redis.call('XTRIM', stream, 'MINID', '~', ARGV[9]) end

-- An empty Lua table would be written as an array.
if next(counted) == nil then return '{"counted":{},"repeated":' .. repeated .. '}' end
return cjson.encode({ counted = counted, repeated = repeated })
