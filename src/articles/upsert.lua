-- Writes one article, or merges an item into the stored article. Idempotent.
-- KEYS 1  article hash
--      2  its text
--      3  its text while an editor blocks it
-- ARGV 1  JSON object of all text fields, with string values
--      2  id of the source that carried it
--      3  "own" if this item's text may replace the stored text, "merge" if only its source and sections are added
--      4  JSON array of its sections, primary first
--      5  retention, ms
--      6  maximum number of sections of an article
--      7  now, ISO 8601; an item read later than this was read while the clock was ahead
--      8  "set" if its text is as follows, "none" if it has none, "keep" to leave what is stored
--      9  its text, packed; "" for none
--      10+ names of its counters, which begin at 0
-- Returns { outcome, sections (JSON), sources (JSON), publishedAt (ISO) }, where outcome is added, updated, merged or
-- unchanged; { 'missing' } if there is nothing to merge into, or the article is pending deletion (src/eviction).
-- O(fields).

local key = KEYS[1]
local fields = cjson.decode(ARGV[1])
local source, mode, most = ARGV[2], ARGV[3], tonumber(ARGV[6])

local function contains(list, wanted)
  for _, value in ipairs(list) do
    if value == wanted then return true end
  end
  return false
end

local withheld = redis.call('HGET', key, 'withheld')
local text = withheld and KEYS[3] or KEYS[2]

local function isTextEdited()
  if ARGV[8] == 'set' then return redis.call('GET', text) ~= ARGV[9] end
  return ARGV[8] == 'none' and redis.call('EXISTS', text) == 1
end

-- The text expires with the article.
local function storeText()
  if ARGV[8] == 'none' then
    redis.call('DEL', text)
  elseif ARGV[8] == 'set' then
    local lives = redis.call('PTTL', key)
    if lives > 0 then redis.call('SET', text, ARGV[9], 'PX', lives) else redis.call('SET', text, ARGV[9]) end
  end
end

local function upsert()
  if redis.call('EXISTS', key) == 0 then
    if mode == 'merge' then return { 'missing' } end
    local write = { 'sections', ARGV[4], 'source', source, 'sources', cjson.encode({ source }) }
    for at = 10, #ARGV do
      write[#write + 1] = ARGV[at]
      write[#write + 1] = '0'
    end
    for name, value in pairs(fields) do
      write[#write + 1] = name
      write[#write + 1] = value
    end
    redis.call('HSET', key, unpack(write))
    redis.call('PEXPIRE', key, ARGV[5])
    if ARGV[8] == 'set' then redis.call('SET', KEYS[2], ARGV[9], 'PX', ARGV[5]) end
    return { 'added', ARGV[4], cjson.encode({ source }), fields.publishedAt }
  end

  local stored = redis.call('HMGET', key, 'source', 'sources', 'sections', 'publishedAt', 'title', 'summary', 'url', 'author', 'image',
    'filed', 'section', 'evidence', 'readAt', 'firstSeenAt', 'leaving', 'images', 'categories', 'enclosures', 'page', 'labels', 'ruled')
  if stored[15] then return { 'missing' } end
  -- If an editor chose another section: the sections by evidence alone (set-section.lua).
  local filed = stored[10]
  local sources, sections = cjson.decode(stored[2]), cjson.decode(stored[3])
  local outcome = 'unchanged'

  if mode == 'own' and source == stored[1] then
    -- What its page filled in (complete.lua) stays where the feed has nothing; `images` say more of `image`.
    local page = stored[19] and cjson.decode(stored[19]) or {}
    local hasImage = fields.image ~= ''
    for name, value in pairs(page) do
      local now = fields[name]
      if (now == nil or now == '' or now == '[]') and not (hasImage and name == 'images') then fields[name] = value end
    end
    local edited = fields.title ~= stored[5] or fields.summary ~= stored[6] or fields.url ~= stored[7] or fields.author ~= stored[8]
      or fields.image ~= stored[9] or (fields.images or false) ~= stored[16] or (fields.categories or false) ~= stored[17]
      or (fields.enclosures or false) ~= stored[18] or (fields.labels or false) ~= stored[20] or (fields.ruled or false) ~= stored[21]
      or isTextEdited()
    -- After a worker dies, batches of two crawls may arrive in the wrong order: ignore text read before the stored one.
    local readAt = stored[13] or stored[14] or ''
    if readAt > ARGV[7] then readAt = '' end
    if edited and fields.firstSeenAt >= readAt then
      -- An edit keeps the times of publication and first sight, and the story.
      sections = cjson.decode(ARGV[4])
      if filed then
        -- The editor's choice outlives the edit; the other evidence is that of the new text.
        local primary = stored[11]
        fields.section = primary
        local kept = { primary }
        for _, section in ipairs(sections) do
          if #kept < most and section ~= primary then kept[#kept + 1] = section end
        end
        local evidence = {}
        for _, each in ipairs(cjson.decode(stored[12] or '[]')) do
          if each.from == 'editor' then evidence[#evidence + 1] = each end
        end
        for _, each in ipairs(cjson.decode(fields.evidence or '[]')) do evidence[#evidence + 1] = each end
        fields.evidence = cjson.encode(evidence)
        fields.filed = ARGV[4]
        sections = kept
      end
      local write = { 'sections', cjson.encode(sections), 'readAt', fields.firstSeenAt }
      for name, value in pairs(fields) do
        if name ~= 'publishedAt' and name ~= 'firstSeenAt' and name ~= 'story' and name ~= 'reprintOf' and name ~= 'id'
          and name ~= 'crawl' and not (filed and name == 'sectionLabel') then
          write[#write + 1] = name
          write[#write + 1] = value
        end
      end
      redis.call('HSET', key, unpack(write))
      if not fields.titleFrom then redis.call('HDEL', key, 'titleFrom') end
      if not fields.headline then redis.call('HDEL', key, 'headline') end
      for _, name in ipairs({ 'images', 'categories', 'enclosures' }) do
        if not fields[name] then redis.call('HDEL', key, name) end
      end
      if stored[20] and not fields.labels then redis.call('HDEL', key, 'labels') end
      if stored[21] and not fields.ruled then redis.call('HDEL', key, 'ruled') end
      storeText()
      outcome = 'updated'
    elseif fields.publisherComments then
      -- The number of comments at its publisher's is no edit of the article.
      redis.call('HSET', key, 'publisherComments', fields.publisherComments)
    end
  else
    local before = #sources + #sections
    if not contains(sources, source) then sources[#sources + 1] = source end
    local byEvidence = filed and cjson.decode(filed) or {}
    for _, section in ipairs(cjson.decode(ARGV[4])) do
      if #sections < most and not contains(sections, section) then sections[#sections + 1] = section end
      if #byEvidence < most and not contains(byEvidence, section) then byEvidence[#byEvidence + 1] = section end
    end
    if filed then redis.call('HSET', key, 'filed', cjson.encode(byEvidence)) end
    if #sources + #sections > before then
      redis.call('HSET', key, 'sources', cjson.encode(sources), 'sections', cjson.encode(sections))
      outcome = 'merged'
    end
  end
  return { outcome, cjson.encode(sections), cjson.encode(sources), stored[4] }
end

-- The text of a blocked article is in a separate field (withhold.lua): restore it for the duration of this script.
local shown = { 'id', 'url', 'title', 'headline', 'summary', 'author', 'authors', 'image', 'images', 'categories', 'enclosures', 'page' }
if withheld then
  for name, value in pairs(cjson.decode(withheld)) do redis.call('HSET', key, name, value) end
end
local outcome = upsert()
if withheld then
  local kept = {}
  for at, value in ipairs(redis.call('HMGET', key, unpack(shown))) do
    if value then kept[shown[at]] = value end
  end
  redis.call('HSET', key, 'withheld', cjson.encode(kept))
  redis.call('HDEL', key, unpack(shown))
end
return outcome
