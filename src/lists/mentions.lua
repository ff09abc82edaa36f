-- Whether a list names any of some articles, as an entry or beside one ("also in").
-- KEYS 1  list
-- ARGV 1+ texts that stand in an entry that does
-- Returns 1 or 0.
-- O(entries * texts).

for _, entry in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  for _, text in ipairs(ARGV) do
    if string.find(entry, text, 1, true) then return 1 end
  end
end
return 0
