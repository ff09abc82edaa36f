/** What monitoring is told of all processes together, read from Redis at a scrape. */

import type { Job } from 'bullmq'
import { stateOf } from '../admin/status-of.ts'
import type { Readings } from '../gauges/gauges.ts'
import { readStatus, type StatusParts } from './status.ts'

/** Seconds the oldest job of each queue that may run now has waited. */
const oldestOf = async (queues: StatusParts['queues'], now: number): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(queues).map(async ([name, queue]) => {
        const first = (await queue.getJobs(['waiting', 'prioritized'], 0, 0, true)) as (Job | undefined)[] // a job may go meanwhile
        const since = Math.min(now, ...first.flatMap(job => (job ? [job.timestamp + job.delay] : [])))
        return [name, (now - since) / 1_000] as const
      }),
    ),
  )

/** Seconds since each list was last found to be up to date; those never written are left out. */
const listAges = async (
  { redis, keys }: StatusParts,
  names: readonly string[],
  now: number,
): Promise<Record<string, number>> => {
  const checked = await Promise.all(names.map(name => redis.hget(keys.listMeta(name), 'checkedAt')))
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const at = Date.parse(checked[index] ?? '')
      return Number.isNaN(at) ? [] : [[name, Math.max(0, now - at) / 1_000] as const]
    }),
  )
}

/** @param names of the lists that are watched: those of the taxonomy, never those of single articles */
export const readForMonitoring = async (parts: StatusParts, names: readonly string[]): Promise<Readings> => {
  const at = parts.now()
  const asked = performance.now()
  await parts.redis.ping()
  const latency = (performance.now() - asked) / 1_000
  const [status, oldest, lists] = await Promise.all([
    readStatus(parts),
    oldestOf(parts.queues, at),
    listAges(parts, names, at),
  ])
  const sources: Record<string, number> = { fresh: 0, new: 0, late: 0, failing: 0, silent: 0, paused: 0, retired: 0 }
  for (const each of status.sources) {
    const state = stateOf(each)
    sources[state] = (sources[state] ?? 0) + 1
  }
  const { waiting, since, refused } = status.events
  return {
    queues: status.queues,
    oldest,
    sources,
    lists,
    events: { waiting, lag: since === null ? 0 : Math.max(0, at - since) / 1_000, refused },
    redis: { memory: status.redis.memory, limit: status.redis.limit, latency },
    daemons: status.daemons.length,
    quarantine: status.quarantine.bodies,
  }
}
