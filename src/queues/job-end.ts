/** How one run of a job ended, for metrics. */

export interface JobEnd {
  readonly queue: string
  readonly outcome: 'done' | 'failed' | 'postponed'
  readonly ms: number
  readonly result?: unknown
  /** The message of its error. */
  readonly error?: string
}
