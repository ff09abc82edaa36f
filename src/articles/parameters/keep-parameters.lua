-- Notes parameters by which a site tells its articles apart. Running it twice changes nothing.
-- KEYS 1  hash: site -> JSON array of names; `@<source>` -> how many sites it taught; `#version` -> another with every change
-- ARGV 1  version to write where something changes
--      2  source
--      3  most sites one source may teach
--      4  most sites in all
--      5  most names of a site
--      6...  site, JSON array of names
-- Returns how many sites were refused, there being too many.
-- O(sites given).

local key, by = KEYS[1], '@' .. ARGV[2]
local mostTaught, mostSites, mostNames = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local refused, changed = 0, false

for at = 6, #ARGV, 2 do
  local site = ARGV[at]
  local stands = redis.call('HGET', key, site)
  local taught = tonumber(redis.call('HGET', key, by) or '0')
  local full = redis.call('HGET', key, '#sites')
  if not stands and (taught >= mostTaught or tonumber(full or '0') >= mostSites) then
    refused = refused + 1
  else
    local names = stands and cjson.decode(stands) or {}
    local before, known = #names, {}
    for _, name in ipairs(names) do known[name] = true end
    for _, name in ipairs(cjson.decode(ARGV[at + 1])) do
      if not known[name] and #names < mostNames then names[#names + 1] = name end
    end
    if #names > before then
      redis.call('HSET', key, site, cjson.encode(names))
      changed = true
      if not stands then
        redis.call('HINCRBY', key, by, 1)
        redis.call('HINCRBY', key, '#sites', 1)
      end
    end
  end
end
if changed then redis.call('HSET', key, '#version', ARGV[1]) end
return refused
