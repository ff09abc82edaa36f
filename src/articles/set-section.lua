-- Puts an article under the section an editor chose, or back under those its evidence speaks for. Running it twice changes nothing.
-- KEYS 1  article hash
-- ARGV 1  section id; "" to take the editor's word back
--      2  JSON of the editor's evidence
--      3  most sections an article may have
-- Returns { "missing" }, or { section before, sections (JSON), sources (JSON), publishedAt (ISO), story, title }.
-- `filed` keeps the sections as evidence alone has them, as long as an editor's word goes over them; edits write it on (upsert.lua).
-- O(fields).

local key = KEYS[1]
local section, most = ARGV[1], tonumber(ARGV[3])
local stands = redis.call('HMGET', key, 'section', 'sections', 'sources', 'publishedAt', 'story', 'title', 'evidence', 'filed', 'withheld')
if not stands[1] or not stands[2] then return { 'missing' } end

local filed = stands[8] or stands[2]
local evidence = {}
if section ~= '' then evidence[1] = cjson.decode(ARGV[2]) end
for _, each in ipairs(cjson.decode(stands[7] or '[]')) do
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
redis.call('HSET', key, 'section', sections[1], 'sections', written, 'evidence', #evidence > 0 and cjson.encode(evidence) or '[]')
-- The title of one that is kept off everything stands apart (withhold.lua).
local title = stands[6] or (stands[9] and cjson.decode(stands[9]).title) or ''
return { stands[1], written, stands[3], stands[4], stands[5], title }
