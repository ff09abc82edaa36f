/** Runs one job: checks its version and its data, and hands it to its handler with the context. */

import { type Job, UnrecoverableError } from 'bullmq'
import type { Logger } from 'pino'
import { z } from 'zod'
import { readJobVersion, versioned } from '../src/queues/definition.ts'
import type { JobContext } from './context.ts'
import type { JobDefinition } from './define.ts'
import type { Postpone } from './postpone.ts'

export interface RunJobParts {
  /** The context without the job. */
  readonly services: Omit<JobContext, 'job' | 'log'>
  readonly log: Logger
  readonly postpone: Postpone
}

/**
 * ms for which a job of a newer version is put back for processes that know it, and ms between two log lines about
 * that.
 */
const NEWER_DELAY = 1_000
const NEWER_LOG_INTERVAL = 60_000

/** @returns a function that resolves with the outcome of the job, for the dashboard */
export const createRun = <Name extends string, Schema extends z.ZodType>(
  { queue, version, data, run }: JobDefinition<Name, Schema>,
  { services, log, postpone }: RunJobParts,
): ((job: Job, token?: string) => Promise<unknown>) => {
  let warnedAt = Number.NEGATIVE_INFINITY
  /**
   * Puts back a job of a newer version for a process that knows it: during an upgrade, this process may be the last old
   * one.
   */
  const leaveToNewer = (job: Job, token: string | undefined): Promise<never> => {
    if (performance.now() - warnedAt > NEWER_LOG_INTERVAL) {
      warnedAt = performance.now()
      log
        .child({ queue })
        .warn(
          { event: 'job.newer', job: job.id, version: readJobVersion(job.data) },
          'jobs of a newer version are left to newer processes',
        )
    }
    return postpone(job, NEWER_DELAY, token)
  }

  return async (job, token) => {
    if (readJobVersion(job.data) > version) return leaveToNewer(job, token)
    const parsed = data.safeParse(job.data)
    // Invalid data stays invalid: the job fails with the reason and is not retried.
    if (!parsed.success) throw new UnrecoverableError(`invalid job data: ${z.prettifyError(parsed.error)}`)
    return run(parsed.data, {
      ...services,
      log: log.child({ queue, job: job.id }),
      job: {
        id: job.id ?? '',
        attempt: job.attemptsStarted,
        replace: next => job.updateData(versioned({ version }, next)),
        progress: (done, of) => job.updateProgress({ done, of }),
        note: async line => {
          await job.log(line)
        },
        postpone: ms => postpone(job, ms, token),
      },
    })
  }
}
