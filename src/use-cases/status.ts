/**
 * The status of newsdesk (daemons, queues, sources, events, memory) as one plain object for the command line, the admin
 * UI and monitoring.
 */

import type { Redis } from 'ioredis'
import { readBacklog } from '../events/backlog.ts'
import { readEvictionState } from '../eviction/evictor.ts'
import { countPolled, readMissing } from '../maintenance/ensure-foundation.ts'
import { countDelayedBeyond } from '../queues/delayed.ts'
import type { Queues } from '../queues/queues.ts'
import type { Keys } from '../redis/keys.ts'
import { readServers } from '../redis/servers.ts'
import { checkWrites } from '../redis/write-check.ts'
import type { Sources } from '../sources/store/sources.ts'
import type { SourceSummary } from '../sources/store/summary-cache.ts'
import { isPlausible } from '../util/plausible-time.ts'
import type { Push } from '../websub/push.ts'
import { findHealth, findProblems, type Problem } from './problems.ts'
import { lateBy, readSourceStatus, type StateWord, type Status, type Summary, stateOf } from './source-status.ts'
import { readStoryShares } from './story-shares.ts'

export interface StatusParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly queues: Queues
  readonly sources: Sources
  readonly push: Push
  /** Bytes of `articles.memory`. */
  readonly memory: () => number
  /** `redis.replicas`. */
  readonly wantedReplicas: () => number
  readonly now: () => number
}

/** How long a dead daemon may be listed, ms: its hash has expired by then. */
export const DAEMONS_SWEPT = 3_600_000

export const readDaemons = async ({ redis, keys, now }: Pick<StatusParts, 'redis' | 'keys' | 'now'>) => {
  const ids = await redis.zrangebyscore(keys.daemons(), now() - DAEMONS_SWEPT, '+inf')
  return (
    (await Promise.all(ids.map(id => redis.hgetall(keys.daemon(id)))))
      .filter(({ id }) => id)
      .map(({ id = '', roles = '', beatAt, version = '', startedAt, rejectedConfig = '' }) => ({
        ...{ id, roles: roles.split(','), beatAt: Number(beatAt), version },
        startedAt: startedAt === undefined ? null : Number(startedAt),
        rejectedConfig: rejectedConfig || null,
      }))
      // A daemon that ended while the clock was ahead would seem to run until that time has come.
      .filter(({ beatAt }) => isPlausible(beatAt, now()))
  )
}

/** ms. */
const DAY = 86_400_000

type Shared = Omit<Status, 'sources' | 'problems' | 'alerts' | 'health'>

/** Everything except the sources. */
const readShared = async (
  parts: Omit<StatusParts, 'sources'> & { readonly sources: Pick<Sources, 'quarantine'> },
): Promise<Shared> => {
  const { redis, keys, queues, sources, push, now } = parts
  const [
    daemons,
    servers,
    rejection,
    refused,
    stories,
    { waiting, since },
    pushed,
    network,
    bodies,
    eviction,
    storyShares,
  ] = await Promise.all([
    readDaemons(parts),
    readServers(redis),
    checkWrites({ redis, keys }),
    redis.hgetall(keys.eventState('refused')),
    redis.zcard(keys.storyIndex()),
    readBacklog(redis, keys),
    push.summary(),
    redis.hget(keys.network(), 'mode'),
    sources.quarantine.bodies(),
    readEvictionState(redis, keys),
    readStoryShares({ redis, keys }),
  ])
  const counts = Object.fromEntries(
    await Promise.all(
      Object.entries(queues).map(
        async ([name, queue]) =>
          [
            name,
            await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized', 'failed', 'completed'),
          ] as const,
      ),
    ),
  )
  const paused = await Promise.all(
    Object.entries(queues).map(async ([name, queue]) => ((await queue.isPaused()) ? [name] : [])),
  )
  return {
    daemons,
    queues: counts,
    pausedQueues: paused.flat(),
    delayedBeyondDay: Object.fromEntries(
      await Promise.all(
        Object.entries(queues).map(
          async ([name, queue]) => [name, await countDelayedBeyond(redis, queue, now() + DAY)] as const,
        ),
      ),
    ),
    articles: { stories, memory: parts.memory(), ...eviction },
    events: {
      waiting,
      since,
      refused: Object.fromEntries(Object.entries(refused).map(([reason, count]) => [reason, Number(count)])),
    },
    push: pushed,
    storyShares,
    quarantine: { bodies: bodies.length, sources: new Set(bodies.map(({ source }) => source)).size },
    redis: {
      ...{ version: servers.version, memory: servers.memory, limit: servers.limit, policy: servers.policy },
      ...{ wantedReplicas: parts.wantedReplicas(), replicas: servers.replicas },
      rejects: rejection === null ? null : `${rejection.text}: ${rejection.fix}`,
    },
    isNetworkDown: network === 'down',
  }
}

/** Problems as callers get them: all in words, and apart those that somebody should be told of. */
const describeProblems = (problems: readonly Problem[]): Pick<Status, 'problems' | 'alerts' | 'health'> => ({
  problems: problems.map(({ text }) => text),
  alerts: problems.filter(({ health }) => health !== 'ok').map(({ text }) => text),
  health: findHealth(problems),
})

/** The full status with every detail of each source: expensive with thousands of sources. */
export const readStatus = async (parts: StatusParts): Promise<Status> => {
  const [sources, missing, shared] = await Promise.all([
    readSourceStatus(parts),
    readMissing(parts.redis, parts.keys, countPolled(parts.sources.list())),
    readShared(parts),
  ])
  return { ...shared, sources, ...describeProblems(findProblems(sources, { ...shared, missing })) }
}

/** The status with sources counted from their cached summaries: for callers that ask often. */
export const readSummary = async (
  parts: Omit<StatusParts, 'sources'> & {
    readonly sources: Pick<Sources, 'quarantine'>
    readonly readSummaries: () => Promise<readonly SourceSummary[]>
  },
): Promise<Summary> => {
  const [summaries, shared] = await Promise.all([parts.readSummaries(), readShared(parts)])
  const missing = await readMissing(parts.redis, parts.keys, countPolled(summaries.map(({ source }) => source)))
  const at = parts.now()
  const sources = summaries.map(summary => ({
    source: summary.source,
    state: summary,
    late: lateBy(summary.source, summary.nextAt, at),
  }))
  const states: Partial<Record<StateWord, number>> = {}
  for (const word of sources.map(stateOf)) states[word] = (states[word] ?? 0) + 1
  const problems = findProblems(sources, { ...shared, missing })
  return { ...shared, sources: sources.length, states, ...describeProblems(problems) }
}
