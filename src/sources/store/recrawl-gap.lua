-- Admits a re-crawl of a source, if none was within the gap.
-- KEYS 1  the gap of the source
-- ARGV 1  id of the job that is about to fetch it, or "" for a request that queues one
--      2  the gap, ms
--      3  ms by which a gap may seem longer than it is; one that is longer yet was set by a clock that was ahead
-- Returns 0 if it is admitted, else the ms that are left.
-- O(1).

local holder, left = redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])
if not holder or left > ARGV[2] + ARGV[3] then
  redis.call('SET', KEYS[1], ARGV[1] == '' and 'queued' or ARGV[1], 'PX', ARGV[2])
  return 0
end
-- The job that was queued by the request, or this one once more, after an interruption.
if ARGV[1] ~= '' and (holder == 'queued' or holder == ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL')
  return 0
end
return math.max(1, left)
