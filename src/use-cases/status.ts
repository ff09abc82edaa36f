/**
 * The status of newsdesk (daemons, queues, sources, events, memory) as one plain object for the command line, the admin
 * UI and monitoring.
 */

import type { Redis } from 'ioredis'
import { readBacklog } from '../events/backlog.ts'
import { readEvictionState } from '../eviction/evictor.ts'
import { countPolled, missingLine, readMissing } from '../maintenance/ensure-foundation.ts'
import type { Queues } from '../queues/queues.ts'
import type { Keys } from '../redis/keys.ts'
import { readServers } from '../redis/servers.ts'
import { checkWrites } from '../redis/write-check.ts'
import type { SourceState } from '../sources/state/state.ts'
import type { Sources } from '../sources/store/sources.ts'
import type { SourceSummary } from '../sources/store/summary-cache.ts'
import { isPlausible } from '../util/plausible-time.ts'
import { withoutCredentials } from '../util/redact.ts'
import type { Push } from '../websub/push.ts'
import {
  lateBy,
  readSourceStatus,
  type SourceStatus,
  type StateWord,
  type Status,
  type Summary,
  stateOf,
} from './source-status.ts'
import { findLargeStories, readStoryShares } from './story-shares.ts'

export interface StatusParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly queues: Queues
  readonly sources: Sources
  readonly push: Push
  /** Bytes of `articles.memory`. */
  readonly memory: () => number
  readonly now: () => number
}

/** How long a dead daemon may be listed, ms: its hash has expired by then. */
export const DAEMONS_SWEPT = 3_600_000

export const readDaemons = async ({ redis, keys, now }: Pick<StatusParts, 'redis' | 'keys' | 'now'>) => {
  const ids = await redis.zrangebyscore(keys.daemons(), now() - DAEMONS_SWEPT, '+inf')
  return (
    (await Promise.all(ids.map(id => redis.hgetall(keys.daemon(id)))))
      .filter(({ id }) => id)
      .map(({ id = '', roles = '', beatAt }) => ({ id, roles: roles.split(','), beatAt: Number(beatAt) }))
      // A daemon that ended while the clock was ahead would seem to run until that time has come.
      .filter(({ beatAt }) => isPlausible(beatAt, now()))
  )
}

type CheckedSource = Pick<SourceStatus, 'source' | 'late'> & {
  readonly state: Pick<SourceState, 'status' | 'stalledSince' | 'lastError' | 'places' | 'refusals'>
}
type Shared = Omit<Status, 'sources' | 'problems'>
type CheckedStatus = Shared & { readonly isNetworkDown: boolean; readonly missing: readonly string[] }

/** Everything except the sources. */
const readShared = async (
  parts: Omit<StatusParts, 'sources'> & { readonly sources: Pick<Sources, 'quarantine'> },
): Promise<Shared & { readonly isNetworkDown: boolean }> => {
  const { redis, keys, queues, sources, push } = parts
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
  return {
    daemons,
    queues: counts,
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
      rejects: rejection === null ? null : `${rejection.text}: ${rejection.fix}`,
    },
    isNetworkDown: network === 'down',
  }
}

/** Reports sources whose address leads to a domain that is not known to be their publisher's. */
const findMoved = (sources: readonly CheckedSource[]): string[] => {
  const moved = sources.flatMap(({ source, state: { places } }) =>
    places.held ? [{ ...places.held, id: source.id }] : [],
  )
  const [first] = moved
  if (!first) return []
  return [
    `${moved.length} ${moved.length === 1 ? 'source leads' : 'sources lead'} to another domain, ${first.id} among them (to ${withoutCredentials(first.to)}): items from there are held in quarantine (${first.items} items of ${first.id}); \`newsdesk sources accept ${first.id}\` or \`refuse\``,
  ]
}

/** Reports sources whose items become no articles. */
const findRefused = (sources: readonly CheckedSource[]): string[] => {
  const refused = sources.filter(({ source, state }) => source.enabled && state.status === 'refused')
  const [first] = refused
  if (!first) return []
  const { count = 0, reason = '' } = first.state.refusals ?? {}
  return [
    `of ${refused.length} sources all items are refused, ${first.source.id} among them (${count} items: ${reason}): \`newsdesk quarantine ${first.source.id}\` shows them`,
  ]
}

const findProblems = (
  sources: readonly CheckedSource[],
  { daemons, articles, events, redis, isNetworkDown, missing: missingData, storyShares }: CheckedStatus,
): string[] => {
  const problems: string[] = []
  const missing = ['scheduler', 'crawl', 'articles', 'publish', 'events'].filter(
    role => !daemons.some(({ roles }) => roles.includes(role)),
  )
  // No daemon can report that it runs meanwhile.
  if (redis.rejects !== null) problems.push(redis.rejects)
  else if (daemons.length === 0) problems.push('no newsdesk daemon runs on this Redis: start one with `npm start`')
  else if (missing.length > 0) problems.push(`no daemon has the roles ${missing.join(', ')}`)
  // Without a scheduler nothing creates the missing data; the missing role is reported above.
  const lacking = daemons.length === 0 || missing.includes('scheduler') ? null : missingLine(missingData)
  if (lacking !== null) problems.push(lacking)
  const late = sources.filter(each => each.late > 0)
  if (late.length > 0) problems.push(`${late.length} sources are late, ${late[0]?.source.id} among them`)
  const failing = sources.filter(({ state }) => state.status === 'failing')
  if (failing.length > 0)
    problems.push(
      `${failing.length} of ${sources.length} sources fail, ${failing[0]?.source.id} among them (${failing[0]?.state.lastError?.reason})`,
    )
  const stalled = sources.filter(({ source, state }) => source.enabled && state.stalledSince !== null)
  if (stalled.length > 0)
    problems.push(
      `${stalled.length} sources stopped publishing, ${stalled[0]?.source.id} among them: nothing new for three times their longest pause`,
    )
  const retired = sources.filter(({ state }) => state.status === 'retired')
  if (retired.length > 0)
    problems.push(
      `${retired.length} sources retired (410 Gone), ${retired[0]?.source.id} among them: take them out of sources.yaml, or re-crawl to revive`,
    )
  problems.push(...findRefused(sources), ...findMoved(sources))
  if (isNetworkDown)
    problems.push(
      'most domains cannot be reached: our own network seems to be down; failures are not counted meanwhile',
    )
  problems.push(...findLargeStories(storyShares))
  if (events.waiting > 50_000) problems.push(`${events.waiting} events wait to be counted`)
  if (articles.isShort)
    problems.push(
      'memory is near articles.memory, and the remaining articles are less than a day old or in lists: raise it, or find out what else fills Redis',
    )
  if (redis.policy !== 'noeviction' && redis.policy !== 'unknown')
    problems.push(`Redis evicts keys (maxmemory-policy ${redis.policy}): set it to noeviction`)
  return problems
}

/** The full status with every detail of each source: expensive with thousands of sources. */
export const readStatus = async (parts: StatusParts): Promise<Status> => {
  const [sources, missing, { isNetworkDown, ...shared }] = await Promise.all([
    readSourceStatus(parts),
    readMissing(parts.redis, parts.keys, countPolled(parts.sources.list())),
    readShared(parts),
  ])
  return { ...shared, sources, problems: findProblems(sources, { ...shared, isNetworkDown, missing }) }
}

/** The status with sources counted from their cached summaries: for callers that ask often. */
export const readSummary = async (
  parts: Omit<StatusParts, 'sources'> & {
    readonly sources: Pick<Sources, 'quarantine'>
    readonly readSummaries: () => Promise<readonly SourceSummary[]>
  },
): Promise<Summary> => {
  const [summaries, { isNetworkDown, ...shared }] = await Promise.all([parts.readSummaries(), readShared(parts)])
  const missing = await readMissing(parts.redis, parts.keys, countPolled(summaries.map(({ source }) => source)))
  const at = parts.now()
  const sources = summaries.map(summary => ({
    source: summary.source,
    state: summary,
    late: lateBy(summary.source, summary.nextAt, at),
  }))
  const states: Partial<Record<StateWord, number>> = {}
  for (const word of sources.map(stateOf)) states[word] = (states[word] ?? 0) + 1
  const problems = findProblems(sources, { ...shared, isNetworkDown, missing })
  return { ...shared, sources: sources.length, states, problems }
}
