-- Stores URL parameters that identify articles on a site. Idempotent.
-- KEYS 1  hash: site -> JSON array of names; `@<source>` -> number of sites learnt from that source;
--         `#sites` -> number of sites; `#version` -> changes with every write
-- ARGV 1  version to write if anything changes
--      2  source
--      3  maximum number of sites learnt from one source
--      4  maximum number of sites in all
--      5  maximum number of names of a site
--      6...  site, JSON array of names
-- Returns the number of sites refused because a maximum was reached.
-- O(sites given).

local key, by = KEYS[1], '@' .. ARGV[2]
local maxLearnt, maxSites, maxNames = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local refused, changed = 0, false

for at = 6, #ARGV, 2 do
  local site = ARGV[at]
  local stored = redis.call('HGET', key, site)
  local learnt = tonumber(redis.call('HGET', key, by) or '0')
  local siteCount = redis.call('HGET', key, '#sites')
  if not stored and (learnt >= maxLearnt or tonumber(siteCount or '0') >= maxSites) then
    refused = refused + 1
  else
    local names = stored and cjson.decode(stored) or {}
    local before, known = #names, {}
    for _, name in ipairs(names) do known[name] = true end
    for _, name in ipairs(cjson.decode(ARGV[at + 1])) do
      if not known[name] and #names < maxNames then names[#names + 1] = name end
    end
    if #names > before then
      redis.call('HSET', key, site, cjson.encode(names))
      changed = true
      if not stored then
        redis.call('HINCRBY', key, by, 1)
        redis.call('HINCRBY', key, '#sites', 1)
      end
    end
  end
end
if changed then redis.call('HSET', key, '#version', ARGV[1]) end
return refused
