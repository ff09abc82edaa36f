-- Puts one article into its story, or takes some out, and chooses who leads it. Running it twice changes nothing.
-- KEYS 1  story hash
--      2  hash of its members: article id -> JSON { id, sources, sections, at, url, score }, same slot
-- ARGV 1  story id
--      2  the member, JSON, or "" to put none in; score: higher leads, negative never leads; at: ISO 8601 of its publication.
--         Without a score and url (another source of the same article) those that stand are kept.
--      3  now, ISO 8601
--      4  retention, ms
--      5  most members kept; beyond it the oldest that does not lead goes
--      6  JSON array of ids of articles that leave it
--      7  most publishers named beside the lead's
--      8  JSON array of ids of articles that editors keep off everything, whichever of them are its members; "" to leave that as it is
-- What is kept off everything neither leads it nor is named by it, as long as anything else is there; where nothing else is, it has no lead for readers.
-- Returns { lead, publishedAt of the lead, sections of the lead (JSON), sections before (JSON or "[]") };
--         { "moved", id } where the story was merged into that one: nothing is done;
--         { "empty", "", "[]", sections before } where nobody is left.
-- O(members).

local story, members = KEYS[1], KEYS[2]
local into = redis.call('HGET', story, 'into')
if into then return { 'moved', into } end

local member = ARGV[2] ~= '' and cjson.decode(ARGV[2]) or nil
if member then
  local stands = redis.call('HGET', members, member.id)
  local standing = stands and cjson.decode(stands) or {}
  member.score = member.score or standing.score or 0
  member.url = member.url or standing.url
  member.blocked = member.blocked or standing.blocked
  redis.call('HSET', members, member.id, cjson.encode(member))
end
for _, id in ipairs(cjson.decode(ARGV[6])) do redis.call('HDEL', members, id) end

if ARGV[8] ~= '' then
  local kept = {}
  for _, id in ipairs(cjson.decode(ARGV[8])) do kept[id] = true end
  for _, json in ipairs(redis.call('HVALS', members)) do
    local one = cjson.decode(json)
    if (one.blocked or false) ~= (kept[one.id] or false) then
      one.blocked = kept[one.id]
      redis.call('HSET', members, one.id, cjson.encode(one))
    end
  end
end

local before = redis.call('HGET', story, 'sections') or '[]'
local all = {}
for _, json in ipairs(redis.call('HVALS', members)) do all[#all + 1] = cjson.decode(json) end
if #all == 0 then
  redis.call('DEL', story, members)
  return { 'empty', '', '[]', before }
end
table.sort(all, function(a, b)
  if a.at ~= b.at then return a.at < b.at end
  return a.id < b.id
end)

local function isAhead(one, other)
  if (one.blocked or false) ~= (other.blocked or false) then return not one.blocked end
  return one.score > other.score
end
local lead = all[1]
for _, candidate in ipairs(all) do
  if isAhead(candidate, lead) then lead = candidate end
end

if #all > tonumber(ARGV[5]) then
  for index, candidate in ipairs(all) do
    if candidate.id ~= lead.id and not (member and candidate.id == member.id) then
      redis.call('HDEL', members, candidate.id)
      table.remove(all, index)
      break
    end
  end
end

local articles, blocked, sources, known = {}, {}, {}, {}
for _, one in ipairs(all) do
  if one.blocked then table.insert(blocked, one.id == lead.id and 1 or #blocked + 1, one.id)
  else
    articles[#articles + 1] = one.id
    for _, source in ipairs(one.sources) do
      if not known[source] then
        known[source] = true
        sources[#sources + 1] = source
      end
    end
  end
end

-- Each other publisher by its best article; of the lead's own URL those that carry it too.
local ranked, also, named = {}, {}, { [lead.sources[1] or ''] = true }
for _, one in ipairs(all) do
  if one.id ~= lead.id and not one.blocked then ranked[#ranked + 1] = one end
end
table.sort(ranked, function(a, b)
  if a.score ~= b.score then return a.score > b.score end
  if a.at ~= b.at then return a.at < b.at end
  return a.id < b.id
end)
if not lead.blocked then table.insert(ranked, 1, lead) end
for _, one in ipairs(ranked) do
  for _, source in ipairs(one.sources) do
    if not named[source] and one.url and #also < tonumber(ARGV[7]) then
      named[source] = true
      also[#also + 1] = { source = source, article = one.id, url = one.url }
    end
  end
end

local function array(list) return #list > 0 and cjson.encode(list) or '[]' end
local sections = cjson.encode(lead.sections)
redis.call('HSETNX', story, 'firstSeenAt', ARGV[3])
redis.call('HSET', story, 'id', ARGV[1], 'lead', lead.blocked and '' or lead.id, 'articles', array(articles), 'sources', array(sources),
  'alsoIn', array(also), 'sections', sections, 'publishedAt', lead.at, 'lastSeenAt', ARGV[3])
if #blocked > 0 then redis.call('HSET', story, 'blocked', array(blocked)) else redis.call('HDEL', story, 'blocked') end
redis.call('PEXPIRE', story, ARGV[4])
redis.call('PEXPIRE', members, ARGV[4])
return { lead.id, lead.at, sections, before }
