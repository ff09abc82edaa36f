-- Trims the stream of events behind its consumer group; never removes an event that is not counted yet.
-- KEYS 1  stream of events
-- ARGV 1  consumer group
--      2  ms before which counted events may be removed
--      3  most events to keep
-- Returns events trimmed.
-- O(events trimmed).

local stream, group, before, most = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local function moment(id) return tonumber(string.match(id, '^%d+')) end
local function fields(flat)
  local found = {}
  for at = 1, #flat, 2 do found[flat[at]] = flat[at + 1] end
  return found
end

local length = redis.call('XLEN', stream)
if length == 0 then return 0 end
local delivered
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local about = fields(flat)
  if about.name == group then delivered = moment(about['last-delivered-id']) end
end
if not delivered then return 0 end
-- Delivered but unacknowledged events are not counted yet.
local pending = redis.call('XPENDING', stream, group)
local limit = pending[1] > 0 and math.min(delivered, moment(pending[2])) or delivered
if length > most then
  -- Estimates the cut as if events had arrived evenly; later calls get closer.
  local first = moment(redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1][1])
  before = math.max(before, first + math.ceil((delivered - first) * (length - most) / length))
end
return redis.call('XTRIM', stream, 'MINID', '~', string.format('%.0f', math.max(0, math.min(before, limit))))
