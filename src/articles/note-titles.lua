-- Appends the titles of a batch of articles to the title stream.
-- KEYS 1  title stream
-- ARGV 1  number of entries to keep, approximately
--      2+ for each article: id, title, ms of its publication, source, section, "1" if it is new or else "0"
-- Returns the number of entries appended.
-- O(articles).

local FIELDS = 6

for at = 2, #ARGV, FIELDS do
  redis.call('XADD', KEYS[1], '*', 'id', ARGV[at], 'title', ARGV[at + 1], 'at', ARGV[at + 2], 'source', ARGV[at + 3],
    'section', ARGV[at + 4], 'new', ARGV[at + 5])
end
redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', ARGV[1])
return (#ARGV - 1) / FIELDS
