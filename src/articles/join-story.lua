-- Adds one article to its story, or removes some, and chooses the story's lead. Idempotent.
-- KEYS 1  story hash
--      2  hash of its members: article id -> JSON { id, sources, sections, at, url, score }, same slot
-- ARGV 1  story id
--      2  the member to add, JSON, or "" for none; at: its publication, ISO 8601; score, publisher: see
--         rules/lead.ts. Without score, url and publisher (another source of the same article) the stored ones are kept.
--      3  now, ISO 8601
--      4  retention, ms
--      5  maximum number of members; above it the oldest one that does not lead is removed
--      6  JSON array of ids of articles to remove
--      7  maximum number of publishers listed besides the lead's
--      8  JSON array of ids of all articles that editors blocked, members or not; "" to leave blocks as they are
--      9  WAVE, WAVE_SHARE and LEAD_SPAN of rules/lead.ts, JSON array: this script chooses as findNewsAt and chooseLead
-- A blocked article never leads the story and is not listed in it while there are others; if all are blocked, `lead` is
-- empty.
-- Returns { lead, newsAt, sections of the lead (JSON), sections before (JSON or "[]"), number of
--         sources, number of sources before };
--         { "moved", id } if the story was merged into that one: nothing is changed;
--         { "empty", "", "[]", sections before, 0, number of sources before } if no member is left.
-- O(members).

local story, members = KEYS[1], KEYS[2]
local into = redis.call('HGET', story, 'into')
if into then return { 'moved', into } end

local member = ARGV[2] ~= '' and cjson.decode(ARGV[2]) or nil
if member then
  local stored = redis.call('HGET', members, member.id)
  local known = stored and cjson.decode(stored) or {}
  member.score = member.score or known.score or 0
  member.url = member.url or known.url
  member.publisher = member.publisher or known.publisher
  member.blocked = member.blocked or known.blocked
  redis.call('HSET', members, member.id, cjson.encode(member))
end
for _, id in ipairs(cjson.decode(ARGV[6])) do redis.call('HDEL', members, id) end

if ARGV[8] ~= '' then
  local isBlocked = {}
  for _, id in ipairs(cjson.decode(ARGV[8])) do isBlocked[id] = true end
  for _, json in ipairs(redis.call('HVALS', members)) do
    local one = cjson.decode(json)
    if (one.blocked or false) ~= (isBlocked[one.id] or false) then
      one.blocked = isBlocked[one.id]
      redis.call('HSET', members, one.id, cjson.encode(one))
    end
  end
end

local before = redis.call('HGET', story, 'sections') or '[]'
local breadthBefore = #cjson.decode(redis.call('HGET', story, 'sources') or '[]')
local all = {}
for _, json in ipairs(redis.call('HVALS', members)) do all[#all + 1] = cjson.decode(json) end
if #all == 0 then
  redis.call('DEL', story, members)
  return { 'empty', '', '[]', before, 0, breadthBefore }
end
table.sort(all, function(a, b)
  if a.at ~= b.at then return a.at < b.at end
  return a.id < b.id
end)

-- ms since the epoch of an ISO 8601 time, by the days since March of the year 0, where leap days come last.
local function parse(iso)
  local year, month, day, hour, minute, second = string.match(iso, '^(%d+)-(%d+)-(%d+)T(%d+):(%d+):([%d.]+)Z$')
  local months = (month + 9) % 12
  local years = month < '03' and year - 1 or tonumber(year)
  local days = 365 * years + math.floor(years / 4) - math.floor(years / 100) + math.floor(years / 400)
    + math.floor((153 * months + 2) / 5) + day - 719469
  return ((days * 24 + hour) * 60 + minute) * 60000 + second * 1000
end

local function select(isFit)
  local found = {}
  for _, one in ipairs(all) do
    if isFit(one) then found[#found + 1] = one end
  end
  return found
end
local wave, share, span = unpack(cjson.decode(ARGV[9]))
local begunAt = redis.call('HGET', story, 'begunAt')
if not begunAt or all[1].at < begunAt then begunAt = all[1].at end

local function findNewsAt()
  local reports = select(function(one) return not one.blocked and one.score > -1 end)
  if #reports == 0 then reports = select(function(one) return not one.blocked end) end
  if #reports == 0 then reports = all end
  local latest, times = {}, {}
  for _, one in ipairs(reports) do latest[one.publisher or one.sources[1] or ''] = one.at end
  for _, at in pairs(latest) do times[#times + 1] = at end
  table.sort(times, function(a, b) return a > b end)
  return #times == 1 and reports[1].at or times[math.min(#times, math.max(wave, math.ceil(share * #times)))]
end

local function chooseLead(newsAt)
  local spans = math.floor((parse(newsAt) - parse(begunAt)) / span)
  local isNew = {}
  if spans > 0 then
    local from = parse(begunAt) + spans * span
    for index = #all, 1, -1 do
      if parse(all[index].at) < from then break end
      isNew[all[index].id] = true
    end
  end
  local function isAhead(one, other)
    if (one.blocked or false) ~= (other.blocked or false) then return not one.blocked end
    if (one.score < 0) ~= (other.score < 0) then return other.score < 0 end
    if one.score >= 0 and isNew[one.id] ~= isNew[other.id] then return isNew[one.id] or false end
    return one.score > other.score
  end
  local lead = all[1]
  for _, candidate in ipairs(all) do
    if isAhead(candidate, lead) then lead = candidate end
  end
  return lead
end

local newsAt = findNewsAt()
local lead = chooseLead(newsAt)
if #all > tonumber(ARGV[5]) then
  for index, candidate in ipairs(all) do
    if candidate.id ~= lead.id and not (member and candidate.id == member.id) then
      redis.call('HDEL', members, candidate.id)
      table.remove(all, index)
      break
    end
  end
  -- Both follow from the members that are left, with which they are checked and explained.
  newsAt = findNewsAt()
  lead = chooseLead(newsAt)
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

-- List every other publisher with its best article, including those that carry the lead's own URL.
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
  'alsoIn', array(also), 'sections', sections, 'publishedAt', lead.at, 'begunAt', begunAt, 'newsAt', newsAt,
  'lastSeenAt', ARGV[3])
if #blocked > 0 then redis.call('HSET', story, 'blocked', array(blocked)) else redis.call('HDEL', story, 'blocked') end
redis.call('PEXPIRE', story, ARGV[4])
redis.call('PEXPIRE', members, ARGV[4])
return { lead.id, newsAt, sections, before, #sources, breadthBefore }
