-- Marks the items of one ingested batch as seen; with the last batch of its crawl, commits what the crawl brought: the
-- validators, and the items as written that need not be parsed again.
-- KEYS 1  source hash
--      2  seen hash: item key -> fingerprint, day last carried, article
--      3  set of this crawl's ingested batches
--      4  hashes of the items its feed carries, as written
-- All in one slot.
-- ARGV 1  batch
--      2  batches of the crawl
--      3  crawl id
--      4  seconds for which the hashes are kept
--      5  token of the body of data in which the items were looked up: in another one their articles are gone, and nothing is marked
--      6+ item key, what is remembered of it, ...
-- Returns 1 where the validators were committed, else 0.
-- O(items).

if (redis.call('HGET', KEYS[1], 'origin') or '') ~= ARGV[5] then return 0 end

-- A few at a time: unpack has its limits.
for from = 6, #ARGV, 1000 do
  redis.call('HSET', KEYS[2], unpack(ARGV, from, math.min(from + 999, #ARGV)))
end

redis.call('SADD', KEYS[3], ARGV[1])
redis.call('PEXPIRE', KEYS[3], 86400000)
if redis.call('SCARD', KEYS[3]) < tonumber(ARGV[2]) then return 0 end
redis.call('DEL', KEYS[3])

-- A later crawl may have come in between: only the latest one's validators count.
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
