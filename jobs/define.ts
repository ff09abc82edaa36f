/** What a job is: a queue, the schema of its data, its options and a function. The worker around it is made in src/app. */

import type { JobsOptions } from 'bullmq'
import type { z } from 'zod'
import type { JobContext } from './context.ts'

export interface JobDefinition<Name extends string, Schema extends z.ZodType> {
  readonly queue: Name
  /** Parses what stands in the queue; a job added by hand with nonsense fails once, saying what is wrong. */
  readonly data: Schema
  readonly options: JobsOptions
  /** What the dashboard calls it. */
  readonly title: (data: z.output<Schema>) => string
  /** @returns what the dashboard shows as the job's outcome: small, plain data */
  readonly run: (data: z.output<Schema>, context: JobContext) => Promise<unknown>
}

export const defineJob = <Name extends string, Schema extends z.ZodType>(
  definition: JobDefinition<Name, Schema>,
): JobDefinition<Name, Schema> => definition
