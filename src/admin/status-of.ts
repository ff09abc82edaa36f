/** What the overview shows: the shape of the status, which the daemon reads and hands in. */

import type { Source } from '../sources/source.ts'
import type { SourceState } from '../sources/state.ts'
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
  readonly articles: { readonly stories: number }
  readonly events: { readonly waiting: number; readonly refused: Readonly<Record<string, number>> }
  readonly push: PushSummary
  /** Bodies that could not be read and are kept, and of how many sources. */
  readonly quarantine: { readonly bodies: number; readonly sources: number }
  readonly redis: { readonly version: string; readonly memory: number; readonly policy: string }
  /** What is wrong, in words; empty where all is well. */
  readonly problems: readonly string[]
}
