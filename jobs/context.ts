/** What a job gets to work with: made once in src/app/services.ts, explicit and typed, so that no job reaches for a global. */

import type { Logger } from 'pino'
import type { Archive } from '../src/archive/archive.ts'
import type { Taxonomy } from '../src/article/taxonomy.ts'
import type { Stories } from '../src/story/decision.ts'

export interface JobContext {
  readonly archive: Archive
  readonly stories: Stories
  /** The taxonomy in force: read it at each run, a reload may change it. */
  readonly taxonomy: () => Taxonomy
  /** ms since the epoch. */
  readonly now: () => number
  readonly log: Logger
  /** Aborted when the daemon's deadline for finishing has passed. */
  readonly signal: AbortSignal
  /** This job, as far as a processor may know it. */
  readonly job: {
    readonly id: string
    /** 1 at the first run; more when it was retried or came back from a dead worker. */
    readonly attempt: number
    readonly progress: (done: number, of: number) => Promise<void>
    /** A line kept with the job, shown in the dashboard. */
    readonly note: (line: string) => Promise<void>
  }
}
