/** What is wrong with newsdesk as a whole, how much each problem matters, and what to do about it. (pure) */

import { missingLine } from '../maintenance/ensure-foundation.ts'
import { evictsKeys } from '../redis/setup-problems.ts'
import type { SourceState } from '../sources/state/state.ts'
import { withoutCredentials } from '../util/redact.ts'
import type { SourceStatus, Status } from './source-status.ts'
import { findLargeStories } from './story-shares.ts'

/** How well newsdesk does; each level includes those before it. */
export const HEALTH = ['ok', 'warning', 'critical'] as const
export type Health = (typeof HEALTH)[number]

export interface Problem {
  /** `ok`: worth knowing, but nobody has to be woken. */
  readonly health: Health
  readonly text: string
}

export type CheckedSource = Pick<SourceStatus, 'source' | 'late'> & {
  readonly state: Pick<SourceState, 'status' | 'stalledSince' | 'lastError' | 'places' | 'refusals'>
}
export type CheckedStatus = Pick<
  Status,
  | 'daemons'
  | 'queues'
  | 'pausedQueues'
  | 'delayedBeyondDay'
  | 'articles'
  | 'events'
  | 'redis'
  | 'storyShares'
  | 'isNetworkDown'
> & { readonly missing: readonly string[] }

/** Shares of the sources, as in deploy/prometheus/alerts.yml. */
const LATE = { warning: 0.1, critical: 0.5 }
const FAILING = { warning: 0.3, critical: 0.5 }
/** Share of maxmemory. */
const MEMORY = 0.85
const EVENTS = 50_000

const NEEDED_ROLES = ['scheduler', 'crawl', 'articles', 'publish', 'events']
/** The role whose workers take the jobs of a queue. */
const QUEUE_ROLES: Readonly<Record<string, string>> = {
  crawl: 'crawl',
  push: 'crawl',
  articles: 'articles',
  publish: 'publish',
}

const critical = (text: string): Problem => ({ health: 'critical', text })
const warning = (text: string): Problem => ({ health: 'warning', text })
const note = (text: string): Problem => ({ health: 'ok', text })

const byShare = (count: number, of: number, limits: typeof LATE): Health =>
  count > of * limits.critical ? 'critical' : count > of * limits.warning ? 'warning' : 'ok'

/** The worst level among problems. */
export const findHealth = (problems: readonly Problem[]): Health =>
  HEALTH.findLast(level => problems.some(({ health }) => health === level)) ?? 'ok'

/** Reports sources whose address leads to a domain that is not known to be their publisher's. */
const findMoved = (sources: readonly CheckedSource[]): Problem[] => {
  const moved = sources.flatMap(({ source, state: { places } }) =>
    places.held ? [{ ...places.held, id: source.id }] : [],
  )
  const [first] = moved
  if (!first) return []
  return [
    note(
      `${moved.length} ${moved.length === 1 ? 'source leads' : 'sources lead'} to another domain, ${first.id} among them (to ${withoutCredentials(first.to)}): items from there are held in quarantine (${first.items} items of ${first.id}); \`newsdesk sources accept ${first.id}\` or \`refuse\``,
    ),
  ]
}

/** Reports sources whose items become no articles. */
const findRefused = (sources: readonly CheckedSource[]): Problem[] => {
  const refused = sources.filter(({ source, state }) => source.enabled && state.status === 'refused')
  const [first] = refused
  if (!first) return []
  const { count = 0, reason = '' } = first.state.refusals ?? {}
  return [
    note(
      `of ${refused.length} sources all items are refused, ${first.source.id} among them (${count} items: ${reason}): \`newsdesk quarantine ${first.source.id}\` shows them`,
    ),
  ]
}

/** Reports that nothing is fetched because nothing is to be. */
const findUnconfigured = (sources: readonly CheckedSource[]): Problem[] => {
  if (sources.length === 0)
    return [
      warning(
        'nothing is configured: without sources nothing is fetched, and all lists stay empty; `newsdesk sources add <address>` adds one, or list them in config/sources.yaml and reload (SIGHUP)',
      ),
    ]
  if (sources.some(({ source }) => source.enabled)) return []
  return [
    warning(
      `all sources (${sources.length}) are paused, so nothing is fetched: \`newsdesk sources resume <id>\`, or enabled: true in config/sources.yaml`,
    ),
  ]
}

const findSourceProblems = (sources: readonly CheckedSource[]): Problem[] => {
  const problems = findUnconfigured(sources)
  const late = sources.filter(each => each.late > 0)
  if (late.length > 0)
    problems.push({
      health: byShare(late.length, sources.length, LATE),
      text: `${late.length} sources are late, ${late[0]?.source.id} among them`,
    })
  const failing = sources.filter(({ state }) => state.status === 'failing')
  if (failing.length > 0)
    problems.push({
      health: byShare(failing.length, sources.length, FAILING),
      text: `${failing.length} of ${sources.length} sources fail, ${failing[0]?.source.id} among them (${failing[0]?.state.lastError?.reason})`,
    })
  const stalled = sources.filter(({ source, state }) => source.enabled && state.stalledSince !== null)
  if (stalled.length > 0)
    problems.push(
      note(
        `${stalled.length} sources stopped publishing, ${stalled[0]?.source.id} among them: nothing new for three times their longest pause`,
      ),
    )
  const retired = sources.filter(({ state }) => state.status === 'retired')
  if (retired.length > 0)
    problems.push(
      note(
        `${retired.length} sources retired (410 Gone), ${retired[0]?.source.id} among them: take them out of sources.yaml, or re-crawl to revive`,
      ),
    )
  return [...problems, ...findRefused(sources), ...findMoved(sources)]
}

/** Jobs that are ready to run. */
const countReady = (jobs: Readonly<Record<string, number>> | undefined): number =>
  (jobs?.waiting ?? 0) + (jobs?.prioritized ?? 0)

const waiting = (jobs: Readonly<Record<string, number>> | undefined): string => {
  const count = countReady(jobs)
  return count === 1 ? '1 job waits' : `${count} jobs wait`
}

/**
 * The queues whose workers no daemon has. Judged by the roles of daemons, since a list of workers is a list of
 * connections, which not every user of Redis may see.
 */
export const findIdleQueues = ({ daemons, queues }: Pick<Status, 'daemons' | 'queues'>): string[] =>
  Object.keys(queues).filter(name => {
    const role = QUEUE_ROLES[name]
    return role !== undefined && !daemons.some(({ roles }) => roles.includes(role))
  })

const findQueueProblems = ({ daemons, queues, pausedQueues, delayedBeyondDay, redis }: CheckedStatus): Problem[] => {
  // No daemon can report its roles while Redis rejects writes, and without any daemon there is but one thing to do.
  const idle = redis.rejects !== null || daemons.length === 0 ? [] : findIdleQueues({ daemons, queues })
  return [
    ...pausedQueues.map(name =>
      warning(
        `the queue ${name} is paused, ${waiting(queues[name])} in it: resume it in the admin UI, at /queues/queue/${name}`,
      ),
    ),
    ...Object.entries(delayedBeyondDay)
      .filter(([, count]) => count > 0)
      .map(([name, count]) =>
        warning(
          `${count === 1 ? '1 job' : `${count} jobs`} of the queue ${name} ${count === 1 ? 'is' : 'are'} delayed for more than a day, which newsdesk never does: promote ${count === 1 ? 'it' : 'them'} in the admin UI, at /queues/queue/${name}?status=delayed, and check the clocks`,
        ),
      ),
    ...idle
      .filter(name => countReady(queues[name]) > 0)
      .map(name =>
        critical(
          `the queue ${name} has no worker, ${waiting(queues[name])} in it: start a daemon with the role ${QUEUE_ROLES[name]}`,
        ),
      ),
  ]
}

const findRedisProblems = ({ redis }: CheckedStatus): Problem[] => {
  const problems: Problem[] = []
  if (evictsKeys(redis.policy))
    problems.push(critical(`Redis evicts keys (maxmemory-policy ${redis.policy}): set it to noeviction`))
  const share = redis.limit > 0 ? redis.memory / redis.limit : 0
  if (redis.replicas !== null && redis.replicas < redis.wantedReplicas)
    problems.push(
      critical(
        `redis.replicas is ${redis.wantedReplicas}, but a master has only ${redis.replicas}, so that no write is confirmed and nothing is ingested: start the replicas of Redis, or lower redis.replicas`,
      ),
    )
  if (redis.rejects === null && share > MEMORY)
    problems.push(
      warning(
        `Redis uses ${Math.round(share * 100)} % of its memory, and rejects writes at the limit: raise maxmemory, or set articles.memory or a shorter articles.retention`,
      ),
    )
  return problems
}

const findRejectedConfig = ({ id, rejectedConfig }: CheckedStatus['daemons'][number]): Problem[] =>
  rejectedConfig === null
    ? []
    : [
        warning(
          `the changed configuration is wrong, and ${id} goes on with the one before: ${rejectedConfig}; correct it and reload (SIGHUP)`,
        ),
      ]

/** @returns all problems, those of the whole first */
export const findProblems = (sources: readonly CheckedSource[], status: CheckedStatus): Problem[] => {
  const { daemons, articles, events, redis, isNetworkDown, missing: missingData, storyShares } = status
  const problems: Problem[] = []
  const missing = NEEDED_ROLES.filter(role => !daemons.some(({ roles }) => roles.includes(role)))
  // No daemon can report that it runs meanwhile.
  if (redis.rejects !== null) problems.push(critical(redis.rejects))
  else if (daemons.length === 0)
    problems.push(critical('no newsdesk daemon runs on this Redis: start one with `npm start`'))
  else if (missing.length > 0) problems.push(critical(`no daemon has the roles ${missing.join(', ')}`))
  // Without a scheduler nothing creates the missing data; the missing role is reported above.
  const lacking = daemons.length === 0 || missing.includes('scheduler') ? null : missingLine(missingData)
  if (lacking !== null) problems.push(critical(lacking))
  problems.push(...daemons.flatMap(findRejectedConfig), ...findQueueProblems(status), ...findSourceProblems(sources))
  if (isNetworkDown)
    problems.push(
      critical('most domains cannot be reached: our own network seems to be down; failures are not counted meanwhile'),
    )
  problems.push(...findLargeStories(storyShares).map(note))
  if (events.waiting > EVENTS) problems.push(warning(`${events.waiting} events wait to be counted`))
  if (articles.isShort)
    problems.push(
      warning(
        'memory is near articles.memory, and the remaining articles are less than a day old or in lists: raise it, or find out what else fills Redis',
      ),
    )
  return [...problems, ...findRedisProblems(status)]
}
