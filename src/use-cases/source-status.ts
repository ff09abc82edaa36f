/** What the overview shows: the shape of the status, which the daemon reads and hands in. */

import type { Source } from '../domain/source.ts'
import type { EvictionState } from '../eviction/evictor.ts'
import type { SourceState } from '../sources/state/state.ts'
import type { PushSummary } from '../websub/push.ts'

export interface SourceStatus {
  readonly source: Source
  readonly state: SourceState
  /** Due, but not fetched for this long, ms; 0 where it is on time. */
  readonly late: number
}

export interface Status {
  readonly daemons: readonly { readonly id: string; readonly roles: readonly string[]; readonly beatAt: number }[]
  readonly queues: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly sources: readonly SourceStatus[]
  readonly articles: EvictionState & {
    readonly stories: number
    /** Bytes of `articles.memory`; 0 where age alone decides. */
    readonly memory: number
  }
  readonly events: {
    readonly waiting: number
    /** ms since the epoch since when the oldest of them waits; null where none does. */
    readonly since: number | null
    readonly refused: Readonly<Record<string, number>>
  }
  readonly push: PushSummary
  /** Bodies that could not be read and are kept, and of how many sources. */
  readonly quarantine: { readonly bodies: number; readonly sources: number }
  /** Bytes; `limit` is 0 where there is none. */
  readonly redis: { readonly version: string; readonly memory: number; readonly limit: number; readonly policy: string }
  /** What is wrong, in words; empty where all is well. */
  readonly problems: readonly string[]
}

/** The same with the sources counted by state: for pages and gauges, which ask often. */
export interface Summary extends Omit<Status, 'sources'> {
  /** How many there are. */
  readonly sources: number
  readonly states: Readonly<Partial<Record<StateWord, number>>>
}

/** A source is late when its turn passed this long ago and nothing was fetched, ms. */
const LATE = 10 * 60_000

/** For how long a source is late, ms; 0 where it is on time, or not to be fetched. */
export const lateBy = ({ enabled }: Pick<Source, 'enabled'>, nextAt: number | null, now: number): number => {
  const late = enabled && nextAt !== null ? now - nextAt : 0
  return late > LATE ? late : 0
}

/** What a source can be, the worst first. */
export const STATES = ['failing', 'late', 'retired', 'silent', 'new', 'fresh', 'paused'] as const
export type StateWord = (typeof STATES)[number]

/** How a source is, in one word: what a person would look at first. */
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
        ? 'silent'
        : state.status
