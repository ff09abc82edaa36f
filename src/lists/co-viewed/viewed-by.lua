-- Remembers that a reader read an article.
-- KEYS 1  LIST of the reader's articles, latest first
-- ARGV 1  article
--      2  maximum number of articles
--      3  ms to live
-- Returns the articles the reader read before, or nil if this article is among them.
-- O(articles of the reader).

local before = redis.call('LRANGE', KEYS[1], 0, -1)
for _, article in ipairs(before) do
  if article == ARGV[1] then return nil end
end
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[2]) - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return before
