/** A job definition: a queue and the function that runs its jobs. worker.ts starts a worker for it. */

import { UnrecoverableError } from 'bullmq'
import type { z } from 'zod'
import type { QueueDefinition } from '../src/queues/definition.ts'
import type { JobContext } from './context.ts'

/** A failure that its job has logged itself, with more than its message says; it is not retried. */
export class LoggedFailure extends UnrecoverableError {}

interface Handler<Schema extends z.ZodType> {
  /** @returns what the dashboard shows as the job's outcome: small, plain data */
  readonly run: (data: z.output<Schema>, context: JobContext) => Promise<unknown>
}

export type JobDefinition<Name extends string, Schema extends z.ZodType> = QueueDefinition<Name, Schema> &
  Handler<Schema>

export const defineJob = <Name extends string, Schema extends z.ZodType>(
  queue: QueueDefinition<Name, Schema>,
  handler: Handler<Schema>,
): JobDefinition<Name, Schema> => ({ ...queue, ...handler })
