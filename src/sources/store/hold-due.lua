-- Extends the claims of sources whose crawls are queued now. A source whose crawl has already run keeps the time
-- at which that crawl scheduled it.
-- KEYS 1  due (sorted set: source id by ms)
-- ARGV 1  ms until which they stay claimed
--      2+ source id, the ms to which its claim moved it, ...
-- Returns nothing.
-- O(ids * log(N)).

for at = 2, #ARGV, 2 do
  if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[at])) == tonumber(ARGV[at + 1]) then
    redis.call('ZADD', KEYS[1], 'XX', ARGV[1], ARGV[at])
  end
end
