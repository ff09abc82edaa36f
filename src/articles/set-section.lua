-- Files an article under the section an editor chose, or back under those its evidence supports. Idempotent.
-- KEYS 1  article hash
-- ARGV 1  section id; "" to revoke the editor's choice
--      2  JSON of the editor's evidence
--      3  maximum number of sections of an article
--      4  JSON object: the label of each section
-- Returns { "missing" }, or { section before, sections (JSON), sources (JSON), publishedAt (ISO), story, title }.
-- `filed` holds the sections by evidence alone while an editor's choice overrides them; upsert.lua updates it on edits.
-- O(fields).

local key = KEYS[1]
local section, most = ARGV[1], tonumber(ARGV[3])
local stored = redis.call('HMGET', key, 'section', 'sections', 'sources', 'publishedAt', 'story', 'title', 'evidence', 'filed', 'withheld')
if not stored[1] or not stored[2] then return { 'missing' } end

local filed = stored[8] or stored[2]
local evidence = {}
if section ~= '' then evidence[1] = cjson.decode(ARGV[2]) end
for _, each in ipairs(cjson.decode(stored[7] or '[]')) do
  if each.from ~= 'editor' then evidence[#evidence + 1] = each end
end

local sections = cjson.decode(filed)
if section ~= '' then
  local kept = { section }
  for _, each in ipairs(sections) do
    if #kept < most and each ~= section then kept[#kept + 1] = each end
  end
  sections = kept
  redis.call('HSET', key, 'filed', filed)
else
  redis.call('HDEL', key, 'filed')
end
local written = cjson.encode(sections)
local label = cjson.decode(ARGV[4])[sections[1]] or sections[1]
redis.call('HSET', key, 'section', sections[1], 'sectionLabel', label, 'sections', written, 'evidence', #evidence > 0 and cjson.encode(evidence) or '[]')
-- The title of a blocked article is in a separate field (withhold.lua).
local title = stored[6] or (stored[9] and cjson.decode(stored[9]).title) or ''
return { stored[1], written, stored[3], stored[4], stored[5], title }
