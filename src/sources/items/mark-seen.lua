-- Marks the items of one ingested batch as seen. With the last batch of a crawl it also commits the validators and item
-- hashes of the crawl, so that the next crawl need not read these items again.
-- KEYS 1  source hash
--      2  seen hash: item key -> fingerprint, day last carried, article
--      3  set of this crawl's ingested batches
--      4  item hashes of its feed
-- All in one slot.
-- ARGV 1  batch
--      2  batches of the crawl
--      3  crawl id
--      4  seconds for which the hashes are kept
--      5  token of the data in which the items were looked up: if it has changed, their articles are lost, and nothing
--         is
--         marked
--      6  number of items of the batch that were accepted
--      7  number of items of the batch that were refused
--      8  the most frequent reason
--      9+ item key, entry, ...
-- Returns 1 if the validators were committed, else 0.
-- O(items).

if (redis.call('HGET', KEYS[1], 'origin') or '') ~= ARGV[5] then return 0 end

-- In parts, since unpack can return only a limited number of values.
for from = 9, #ARGV, 1000 do
  redis.call('HSET', KEYS[2], unpack(ARGV, from, math.min(from + 999, #ARGV)))
end

-- How many items were refused since the last that was accepted: if all are, the source is not fresh.
if redis.call('SADD', KEYS[3], ARGV[1]) == 1 then
  if tonumber(ARGV[6]) > 0 then
    redis.call('HDEL', KEYS[1], 'refusals')
  elseif tonumber(ARGV[7]) > 0 then
    local before = string.match(redis.call('HGET', KEYS[1], 'refusals') or '', '^%d+') or '0'
    redis.call('HSET', KEYS[1], 'refusals', (tonumber(before) + tonumber(ARGV[7])) .. ' ' .. ARGV[8])
  end
end
redis.call('PEXPIRE', KEYS[3], 86400000)
if redis.call('SCARD', KEYS[3]) < tonumber(ARGV[2]) then return 0 end
redis.call('DEL', KEYS[3])

-- If a later crawl has started, only its validators count.
local pending = redis.call('HGET', KEYS[1], 'pending')
if not pending then return 0 end
local validators = cjson.decode(pending)
if validators.crawl ~= ARGV[3] then return 0 end
for _, name in ipairs({ 'etag', 'lastModified', 'bodyHash' }) do
  if validators[name] == '' then redis.call('HDEL', KEYS[1], name) else redis.call('HSET', KEYS[1], name, validators[name]) end
end
if validators.spans then redis.call('SET', KEYS[4], validators.spans, 'EX', ARGV[4]) end
redis.call('HDEL', KEYS[1], 'pending')
return 1
