-- Keeps claimed sources out of reach for longer, now that their crawls are queued. One whose crawl has run meanwhile stays as it scheduled it.
-- KEYS 1  due (sorted set: source id by ms)
-- ARGV 1  ms until which they are kept
--      2+ source id, the ms to which its claim moved it, ...
-- Returns nothing.
-- O(ids * log(N)).

for at = 2, #ARGV, 2 do
  if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[at])) == tonumber(ARGV[at + 1]) then
    redis.call('ZADD', KEYS[1], 'XX', ARGV[1], ARGV[at])
  end
end
