/** How newsdesk is: daemons, queues, sources, events, memory, as one plain object for the terminal, the admin server and monitoring. */

import type { Redis } from 'ioredis'
import type { Queues } from '../../jobs/queues.ts'
import { lateBy, type SourceStatus, type Status } from '../admin/status-of.ts'
import { readBacklog } from '../events/backlog.ts'
import { withoutCredentials } from '../feed/redact.ts'
import type { Keys } from '../redis/keys.ts'
import type { Source } from '../sources/source.ts'
import type { Sources } from '../sources/sources.ts'
import type { SourceState } from '../sources/state.ts'
import type { Push } from '../websub/push.ts'

export interface StatusParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly queues: Queues
  readonly sources: Sources
  readonly push: Push
  readonly now: () => number
}

const scan = async (redis: Redis, pattern: string): Promise<string[]> => {
  const found: string[] = []
  let cursor = '0'
  do {
    const [next, page] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000)
    found.push(...page)
    cursor = next
  } while (cursor !== '0')
  return found
}

const infoOf = (info: string, field: string): string => new RegExp(`^${field}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? ''

/** A source as people may see it: its address without what opens a door. */
export const shownSource = (source: Source): Source => ({ ...source, url: withoutCredentials(source.url) })

/** What is known of a source as people may see it: the same for the places it was sent to and what its feed offers. */
export const shownState = (state: SourceState): SourceState => ({
  ...state,
  movedTo: state.movedTo && withoutCredentials(state.movedTo),
  move: state.move && { ...state.move, to: withoutCredentials(state.move.to) },
  adopted: state.adopted && { ...state.adopted, url: withoutCredentials(state.adopted.url) },
  pushOffer: withoutCredentials(state.pushOffer),
})

export const readStatus = async ({ redis, keys, queues, sources, push, now }: StatusParts): Promise<Status> => {
  const [states, daemonKeys, info, policy, refused, stories, { waiting, since }, pushed, network, kept] =
    await Promise.all([
      sources.states(),
      scan(redis, `${keys.daemon('')}*`),
      redis.info(),
      redis.config('GET', 'maxmemory-policy').catch(() => ['maxmemory-policy', 'unknown']),
      redis.hgetall(keys.eventState('refused')),
      redis.zcard(keys.storyIndex()),
      readBacklog(redis, keys),
      push.summary(),
      redis.hget(keys.network(), 'mode'),
      sources.quarantine.bodies(),
    ])
  const daemons = (await Promise.all(daemonKeys.map(key => redis.hgetall(key))))
    .filter(({ id }) => id)
    .map(({ id = '', roles = '', beatAt }) => ({ id, roles: roles.split(','), beatAt: Number(beatAt) }))
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
  const sourceStatus = sources.list().flatMap((source): SourceStatus[] => {
    const state = states.get(source.id)
    if (!state) return []
    const late = lateBy(source, state.nextAt, now())
    return [{ source: shownSource(source), state: shownState(state), late }]
  })

  const problems: string[] = []
  const missing = ['scheduler', 'crawl', 'articles', 'publish', 'events'].filter(
    role => !daemons.some(({ roles }) => roles.includes(role)),
  )
  if (daemons.length === 0) problems.push('no newsdesk daemon runs on this Redis: start one with `npm start`')
  else if (missing.length > 0) problems.push(`no daemon has the roles ${missing.join(', ')}`)
  const late = sourceStatus.filter(each => each.late > 0)
  if (late.length > 0) problems.push(`${late.length} sources are late, ${late[0]?.source.id} among them`)
  const failing = sourceStatus.filter(({ state }) => state.status === 'failing')
  if (failing.length > 0)
    problems.push(
      `${failing.length} of ${sourceStatus.length} sources fail, ${failing[0]?.source.id} among them (${failing[0]?.state.lastError?.reason})`,
    )
  const silent = sourceStatus.filter(({ source, state }) => source.enabled && state.silentSince !== null)
  if (silent.length > 0)
    problems.push(
      `${silent.length} sources stopped publishing, ${silent[0]?.source.id} among them: silent for three times their longest pause`,
    )
  const retired = sourceStatus.filter(({ state }) => state.status === 'retired')
  if (retired.length > 0)
    problems.push(
      `${retired.length} sources retired (410 Gone), ${retired[0]?.source.id} among them: take them out of sources.yaml, or re-crawl to revive`,
    )
  if (network === 'down')
    problems.push('most domains cannot be reached: our own network seems to be down; failures do not count meanwhile')
  if (waiting > 50_000) problems.push(`${waiting} events wait to be counted`)
  const eviction = String((policy as string[])[1])
  if (eviction !== 'noeviction' && eviction !== 'unknown')
    problems.push(`Redis evicts keys (maxmemory-policy ${eviction}): set it to noeviction`)
  return {
    daemons,
    queues: counts,
    sources: sourceStatus,
    articles: { stories },
    events: {
      waiting,
      since,
      refused: Object.fromEntries(Object.entries(refused).map(([reason, count]) => [reason, Number(count)])),
    },
    push: pushed,
    quarantine: { bodies: kept.length, sources: new Set(kept.map(({ source }) => source)).size },
    redis: {
      version: infoOf(info, 'redis_version'),
      memory: Number(infoOf(info, 'used_memory')),
      limit: Number(infoOf(info, 'maxmemory')),
      policy: eviction,
    },
    problems,
  }
}
