-- Completes an article with what its page says. Idempotent.
-- KEYS 1  article hash
--      2  its text
--      3  its text while an editor blocks it
-- ARGV 1  id of the source whose item it is; the article of another source is left alone
--      2  JSON object of text fields that the page has (image, images, author, authors): each is written where the feed
--         has none, and kept in `page`, by which later edits of the feed leave it
--      3  "free" or "paid", if the page says so; else ""
--      4  its text, packed; "" to leave what is stored
--      5  when it was published by its page, ISO 8601, to be taken if that is before the stored time; else ""
-- Returns { 'missing' }; { 'unchanged' }; or
--         { 'completed', whether lists show what changed ("1" or "0"), new time of publication or "", story, sections
--           (JSON), sources (JSON), title }.
-- O(fields).

local key = KEYS[1]
local stored = redis.call('HMGET', key, 'source', 'leaving', 'withheld', 'publishedAt', 'access')
if stored[1] ~= ARGV[1] or stored[2] then return { 'missing' } end

-- What readers could show of a blocked article is in one internal field (withhold.lua).
local withheld = stored[3] and cjson.decode(stored[3]) or nil
local function read(name)
  if withheld then return withheld[name] end
  return redis.call('HGET', key, name) or nil
end
local changes = {}
local function isEmpty(value) return value == nil or value == '' or value == '[]' end

local page = cjson.decode(read('page') or '{}')
local offered = cjson.decode(ARGV[2])
-- `images` say more of `image`: they are taken together.
local isPicture = isEmpty(read('image')) or page.image == read('image')
for name, value in pairs(offered) do
  local now = read(name)
  local isFree = isEmpty(now) or page[name] == now
  if name == 'images' then isFree = isPicture end
  if isFree then
    if now ~= value then changes[name] = value end
    page[name] = value
  end
end

local isShown = next(changes) ~= nil
if isShown then
  changes.page = cjson.encode(page)
  for name, value in pairs(changes) do
    if withheld then withheld[name] = value else redis.call('HSET', key, name, value) end
  end
  if withheld then redis.call('HSET', key, 'withheld', cjson.encode(withheld)) end
end

local isChanged = isShown
if ARGV[3] ~= '' and ARGV[3] ~= stored[5] then
  redis.call('HSET', key, 'access', ARGV[3])
  isChanged = true
end
local text = withheld and KEYS[3] or KEYS[2]
if ARGV[4] ~= '' and redis.call('GET', text) ~= ARGV[4] then
  local lives = redis.call('PTTL', key)
  if lives > 0 then redis.call('SET', text, ARGV[4], 'PX', lives) else redis.call('SET', text, ARGV[4]) end
  isChanged = true
end
local dated = ''
if ARGV[5] ~= '' and ARGV[5] < stored[4] then
  redis.call('HSET', key, 'publishedAt', ARGV[5])
  dated = ARGV[5]
end
if not isChanged and dated == '' then return { 'unchanged' } end
local about = redis.call('HMGET', key, 'story', 'sections', 'sources')
return { 'completed', isShown and '1' or '0', dated, about[1] or '', about[2] or '[]', about[3] or '[]', read('title') or '' }
