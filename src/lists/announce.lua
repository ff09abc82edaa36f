-- Announces changed lists to readers.
-- KEYS 1  stream of updates
-- ARGV 1  most entries, about
--      2+ list, version, ISO 8601 time, of each
-- Returns nothing.
-- O(lists).

for at = 2, #ARGV, 3 do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'list', ARGV[at], 'version', ARGV[at + 1], 'at', ARGV[at + 2])
end
