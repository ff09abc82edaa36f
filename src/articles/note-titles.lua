-- Appends what articles are called to the stream of titles: one call for a batch.
-- KEYS 1  stream of titles
-- ARGV 1  entries kept, about
--      2+ of each article: id, title, ms of its publication, source, section, "1" where it is new or else "0"
-- Returns how many were appended.
-- O(articles).

local FIELDS = 6

for at = 2, #ARGV, FIELDS do
  redis.call('XADD', KEYS[1], '*', 'id', ARGV[at], 'title', ARGV[at + 1], 'at', ARGV[at + 2], 'source', ARGV[at + 3],
    'section', ARGV[at + 4], 'new', ARGV[at + 5])
end
redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', ARGV[1])
return (#ARGV - 1) / FIELDS
