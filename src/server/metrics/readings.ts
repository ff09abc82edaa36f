/** Metrics of all processes together, read from Redis at a scrape. */

import type { Job } from 'bullmq'
import { countNewSince } from '../../articles/titles.ts'
import { reportedEver } from '../../events/backlog.ts'
import { REFUSALS } from '../../events/event.ts'
import { evictsKeys } from '../../redis/setup-problems.ts'
import { STATES } from '../../use-cases/source-status.ts'
import { readSummary, type StatusParts } from '../../use-cases/status.ts'
import type { Readings } from './redis-gauges.ts'
import type { MetricsSample } from './samples.ts'

/** Age in seconds of the oldest job of each queue that is ready to run. */
const findOldest = async (queues: StatusParts['queues'], now: number): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(queues).map(async ([name, queue]) => {
        // A job may be removed meanwhile.
        const first = (await queue.getJobs(['waiting', 'prioritized'], 0, 0, true)) as (Job | undefined)[]
        const since = Math.min(now, ...first.flatMap(job => (job ? [job.timestamp + job.delay] : [])))
        return [name, (now - since) / 1_000] as const
      }),
    ),
  )

/** ms after which a list is stale. */
const STALE = 10 * 60_000

/** Seconds since each list was last found to be up to date; those never written are left out. */
const listAges = async (
  { redis, keys }: Pick<StatusParts, 'redis' | 'keys'>,
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

const NO_REFUSALS: Readonly<Record<string, number>> = Object.fromEntries(REFUSALS.map(reason => [reason, 0]))

export type ReadingsParts = Parameters<typeof readSummary>[0]

/** @param names of the monitored lists: those of the taxonomy, never those of single articles */
export const readForMonitoring = async (parts: ReadingsParts, names: readonly string[]): Promise<Readings> => {
  const at = parts.now()
  const asked = performance.now()
  await parts.redis.ping()
  const latency = (performance.now() - asked) / 1_000
  const [status, reported, oldest, lists] = await Promise.all([
    readSummary(parts),
    reportedEver(parts.redis, parts.keys),
    findOldest(parts.queues, at),
    listAges(parts, names, at),
  ])
  const none: Record<string, number> = Object.fromEntries(STATES.map(state => [state, 0]))
  const { waiting, since, refused } = status.events
  return {
    queues: status.queues,
    paused: Object.fromEntries(
      Object.keys(status.queues).map(name => [name, Number(status.pausedQueues.includes(name))]),
    ),
    delayedBeyondDay: status.delayedBeyondDay,
    oldest,
    sources: { ...none, ...status.states },
    lists,
    staleLists: names.filter(name => (lists[name] ?? Number.POSITIVE_INFINITY) * 1_000 > STALE).length,
    events: {
      reported,
      waiting,
      lag: since === null ? 0 : Math.max(0, at - since) / 1_000,
      refused: { ...NO_REFUSALS, ...refused },
    },
    redis: {
      ...{ memory: status.redis.memory, limit: status.redis.limit, latency },
      evicts: evictsKeys(status.redis.policy),
      lacksReplicas: Math.max(0, status.redis.wantedReplicas - (status.redis.replicas ?? status.redis.wantedReplicas)),
    },
    articles: {
      count: status.articles.articles,
      pending: status.articles.pending,
      evicted: status.articles.evicted,
      memory: status.articles.memory,
    },
    storyShares: Object.fromEntries(status.storyShares.map(({ section, share }) => [section, share])),
    storyShareLimits: Object.fromEntries(status.storyShares.map(({ section, limit }) => [section, limit])),
    daemons: status.daemons.length,
    isNetworkDown: status.isNetworkDown,
    quarantine: status.quarantine.bodies,
  }
}

/** Reads a sample of a minute for the plots of the admin UI. */
export const readSample = async (parts: ReadingsParts, names: readonly string[]): Promise<MetricsSample> => {
  const at = parts.now()
  const [{ queues, oldest, sources, lists, events, redis }, articles] = await Promise.all([
    readForMonitoring(parts, names),
    countNewSince(parts.redis, parts.keys, at - MINUTE),
  ])
  const waits = Object.entries(queues).map(([name, { waiting = 0, prioritized = 0 }]) => [name, waiting + prioritized])
  return {
    ...{ at, articles, events: events.reported, lag: events.lag, memory: redis.memory },
    oldest: Math.max(0, ...Object.values(oldest)),
    listAge: Math.max(0, ...Object.values(lists)),
    queues: Object.fromEntries(waits),
    states: sources,
  }
}

const MINUTE = 60_000
