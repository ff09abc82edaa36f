-- Deletes an article hash that lacks what makes it one.
-- KEYS 1  article hash
-- Returns 1, or 0 where it is whole.
-- O(1), freed aside.

for _, name in ipairs({ 'id', 'url', 'title', 'publishedAt', 'section' }) do
  if not redis.call('HGET', KEYS[1], name) then return redis.call('UNLINK', KEYS[1]) end
end
return 0
