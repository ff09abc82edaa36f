-- Puts one article into its story and chooses who leads it. Running it twice changes nothing.
-- KEYS 1  story hash
--      2  hash of its members: article id -> JSON { id, sources, sections, at, score }, same slot
-- ARGV 1  story id
--      2  the member, JSON; score: higher leads, negative never leads; at: ISO 8601 of its publication.
--         Without a score (another source of the same article) the one that stands is kept.
--      3  now, ISO 8601
--      4  retention, ms
--      5  most members kept; beyond it the oldest that does not lead goes
-- Returns { lead, publishedAt of the lead, sections of the lead (JSON), sections before (JSON or "[]") }.
-- O(members).

local story, members = KEYS[1], KEYS[2]
local member = cjson.decode(ARGV[2])
if not member.score then
  local stands = redis.call('HGET', members, member.id)
  member.score = stands and cjson.decode(stands).score or 0
end
redis.call('HSET', members, member.id, cjson.encode(member))

local all = {}
for _, json in ipairs(redis.call('HVALS', members)) do all[#all + 1] = cjson.decode(json) end
table.sort(all, function(a, b)
  if a.at ~= b.at then return a.at < b.at end
  return a.id < b.id
end)

local lead = all[1]
for _, candidate in ipairs(all) do
  if candidate.score > lead.score then lead = candidate end
end

if #all > tonumber(ARGV[5]) then
  for index, candidate in ipairs(all) do
    if candidate.id ~= lead.id and candidate.id ~= member.id then
      redis.call('HDEL', members, candidate.id)
      table.remove(all, index)
      break
    end
  end
end

local articles, sources, known = {}, {}, {}
for index, one in ipairs(all) do
  articles[index] = one.id
  for _, source in ipairs(one.sources) do
    if not known[source] then
      known[source] = true
      sources[#sources + 1] = source
    end
  end
end

local before = redis.call('HGET', story, 'sections')
local sections = cjson.encode(lead.sections)
redis.call('HSETNX', story, 'firstSeenAt', ARGV[3])
redis.call('HSET', story, 'id', ARGV[1], 'lead', lead.id, 'articles', cjson.encode(articles), 'sources', cjson.encode(sources),
  'sections', sections, 'publishedAt', lead.at, 'lastSeenAt', ARGV[3])
redis.call('PEXPIRE', story, ARGV[4])
redis.call('PEXPIRE', members, ARGV[4])
return { lead.id, lead.at, sections, before or '[]' }
