/** What a job is: a queue, the schema of its data, its options and a function. The worker around it is made in src/app. */

import type { JobsOptions } from 'bullmq'
import type { z } from 'zod'
import type { JobContext } from './context.ts'

export interface JobDefinition<Name extends string, Schema extends z.ZodType> {
  readonly queue: Name
  /**
   * Of its data. Raised with a change that a process of the version before would misread or refuse, so that it leaves such jobs to others;
   * a field that may be ignored needs none. (docs/decisions/0102)
   */
  readonly version: number
  /** Parses what stands in the queue; a job added by hand with nonsense fails once, saying what is wrong. */
  readonly data: Schema
  readonly options: JobsOptions
  /** What the dashboard calls it. */
  readonly title: (data: z.output<Schema>) => string
  /** @returns what the dashboard shows as the job's outcome: small, plain data */
  readonly run: (data: z.output<Schema>, context: JobContext) => Promise<unknown>
}

/** Data without a version is of the first. */
export const versionOf = (data: unknown): number => {
  const { v } = (data ?? {}) as { v?: unknown } // whatever stands in the queue
  return typeof v === 'number' && Number.isInteger(v) && v > 0 ? v : 1
}

/** Data as it goes into the queue: with its version, where that is not the first. */
export const versioned = <Data extends object>({ version }: { readonly version: number }, data: Data): Data =>
  version > 1 ? { ...data, v: version } : data

export const defineJob = <Name extends string, Schema extends z.ZodType>(
  definition: JobDefinition<Name, Schema>,
): JobDefinition<Name, Schema> => definition
