/** The shape of the status, which the daemon reads and the overview shows, and the part of it that is about sources. */

import type { Source } from '../domain/source.ts'
import type { EvictionState } from '../eviction/evictor.ts'
import { shownSource, shownState } from '../sources/state/public-view.ts'
import type { SourceState } from '../sources/state/state.ts'
import type { Sources } from '../sources/store/sources.ts'
import type { PushSummary } from '../websub/push.ts'
import type { StoryShare } from './story-shares.ts'

export interface SourceStatus {
  readonly source: Source
  readonly state: SourceState
  /** Overdue by this long, ms; 0 if it is on time. */
  readonly late: number
}

export interface DaemonStatus {
  readonly id: string
  readonly roles: readonly string[]
  /** ms since the epoch. */
  readonly beatAt: number
  /** Of newsdesk; empty for a daemon of a version that does not tell. */
  readonly version: string
  /** ms since the epoch; null for a daemon of a version that does not tell. */
  readonly startedAt: number | null
  /** What is wrong with the configuration that it was told to reload; null if it runs with what it read last. */
  readonly rejectedConfig: string | null
}

export interface Status {
  readonly daemons: readonly DaemonStatus[]
  readonly queues: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Names of queues that somebody paused. */
  readonly pausedQueues: readonly string[]
  /** Number of jobs by queue that are delayed for more than a day, which newsdesk never does itself. */
  readonly delayedBeyondDay: Readonly<Record<string, number>>
  /** Whether most domains cannot be reached, so that our own network seems to be down. */
  readonly isNetworkDown: boolean
  readonly sources: readonly SourceStatus[]
  readonly articles: EvictionState & {
    readonly stories: number
    /** Bytes of `articles.memory`; 0 if only age evicts articles. */
    readonly memory: number
  }
  readonly events: {
    readonly waiting: number
    /** When the oldest of them was added, ms since the epoch; null if none waits. */
    readonly since: number | null
    readonly refused: Readonly<Record<string, number>>
  }
  readonly push: PushSummary
  /** The largest story of each section, the largest share first. */
  readonly storyShares: readonly StoryShare[]
  /** Number of quarantined bodies, and of their sources. */
  readonly quarantine: { readonly bodies: number; readonly sources: number }
  /** Bytes; `limit` is 0 where there is none. */
  readonly redis: {
    readonly version: string
    readonly memory: number
    readonly limit: number
    readonly policy: string
    /** `redis.replicas`: how many replicas must confirm a write. */
    readonly wantedReplicas: number
    /** Replicas of the master that has the fewest; null if not told. */
    readonly replicas: number | null
    /** That Redis rejects writes, why, and what ends it; null if it accepts them. */
    readonly rejects: string | null
  }
  /** Problems, in words; empty if all is well. */
  readonly problems: readonly string[]
  /** Those of the problems that somebody should be told of. */
  readonly alerts: readonly string[]
  /** The worst of the problems. */
  readonly health: 'ok' | 'warning' | 'critical'
}

/** The same with the sources counted by state: for pages and gauges, which ask often. */
export interface Summary extends Omit<Status, 'sources'> {
  /** How many there are. */
  readonly sources: number
  readonly states: Readonly<Partial<Record<StateWord, number>>>
}

/** A source is late if it has been due for this long without a fetch, ms. */
const LATE = 10 * 60_000

/** How late a source is, ms; 0 if it is on time, or not to be fetched. */
export const lateBy = ({ enabled }: Pick<Source, 'enabled'>, nextAt: number | null, now: number): number => {
  const late = enabled && nextAt !== null ? now - nextAt : 0
  return late > LATE ? late : 0
}

/** The state of each source, with every detail: expensive with thousands of sources. */
export const readSourceStatus = async ({
  sources,
  now,
}: {
  readonly sources: Pick<Sources, 'states' | 'list'>
  /** ms since the epoch. */
  readonly now: () => number
}): Promise<SourceStatus[]> => {
  const states = await sources.states()
  return sources.list().flatMap((source): SourceStatus[] => {
    const state = states.get(source.id)
    if (!state) return []
    const late = lateBy(source, state.nextAt, now())
    return [{ source: shownSource(source), state: shownState(state), late }]
  })
}

/** States of a source, worst first. */
export const STATES = ['failing', 'late', 'retired', 'refused', 'stalled', 'new', 'fresh', 'paused'] as const
export type StateWord = (typeof STATES)[number]

/** The state of a source in one word: the one an admin should see first. */
export const stateOf = ({
  source,
  state,
  late,
}: {
  readonly source: Pick<Source, 'enabled'>
  readonly state: Pick<SourceState, 'status' | 'stalledSince'>
  readonly late: number
}): StateWord =>
  !source.enabled
    ? 'paused'
    : late > 0
      ? 'late'
      : state.status === 'fresh' && state.stalledSince !== null
        ? 'stalled'
        : state.status
