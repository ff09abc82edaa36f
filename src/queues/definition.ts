/**
 * The definition of a queue: its name, the schema of the data of its jobs, and their options. Handlers are in jobs/.
 */

import type { JobsOptions } from 'bullmq'
import type { z } from 'zod'

export interface QueueDefinition<Name extends string, Schema extends z.ZodType> {
  readonly queue: Name
  /**
   * Version of its data. Raise it with a change that a process of the previous version would misread or reject, so that
   * it leaves such jobs to others; a field that may be ignored needs no new version. (docs/decisions/0024)
   */
  readonly version: number
  /** Parses the data of a job; a job added by hand with invalid data fails once, saying what is wrong. */
  readonly data: Schema
  readonly options: JobsOptions
  /** Name of a job in the dashboard. */
  readonly title: (data: z.output<Schema>) => string
}

export const defineQueue = <Name extends string, Schema extends z.ZodType>(
  definition: QueueDefinition<Name, Schema>,
): QueueDefinition<Name, Schema> => definition

/** Version of a job's data; 1 if it has none. */
export const readJobVersion = (data: unknown): number => {
  const { v } = (data ?? {}) as { v?: unknown } // jobs added by hand may hold anything
  return typeof v === 'number' && Number.isInteger(v) && v > 0 ? v : 1
}

/** Adds the version to the data of a job, unless it is the first. */
export const versioned = <Data extends object>({ version }: { readonly version: number }, data: Data): Data =>
  version > 1 ? { ...data, v: version } : data
