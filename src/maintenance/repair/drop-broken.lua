-- Deletes an article hash that lacks a required field.
-- KEYS 1  article hash
-- Returns 1, or 0 if it is complete.
-- O(1), apart from freeing it.

for _, name in ipairs({ 'id', 'url', 'title', 'publishedAt', 'section' }) do
  if not redis.call('HGET', KEYS[1], name) then return redis.call('UNLINK', KEYS[1]) end
end
return 0
