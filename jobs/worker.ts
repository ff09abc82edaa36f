/**
 * Starts a BullMQ worker for a job definition: it validates job data, passes the context to the handler, postpones jobs
 * while Redis rejects writes, and reports each outcome once.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { type ConnectionOptions, DelayedError, type Job, type Telemetry, UnrecoverableError, Worker } from 'bullmq'
import type { Logger } from 'pino'
import { z } from 'zod'
import { readJobVersion } from '../src/queues/definition.ts'
import type { JobEnd } from '../src/queues/job-end.ts'
import type { Keys } from '../src/redis/keys.ts'
import { createOutageLog, isConnectionError, isTransientError, type OutageLog } from '../src/redis/transient-error.ts'
import { isWriteRejected } from '../src/redis/write-rejected.ts'
import type { JobContext } from './context.ts'
import type { JobDefinition } from './define.ts'

export interface WorkerParts {
  readonly connection: ConnectionOptions
  readonly keys: Keys
  /** Jobs at a time, as it stands now. */
  readonly concurrency: () => number
  /** The context without the job. */
  readonly services: Omit<JobContext, 'job' | 'log'>
  readonly log: Logger
  /**
   * Shared by all workers of a process, so that each consequence of an outage is logged once. Each worker has its own
   * by default.
   */
  readonly logError?: OutageLog
  /** ms since the epoch, by the clock that all daemons share. */
  readonly now: () => number
  readonly telemetry?: Telemetry
  /** Called when a run of a job has ended. */
  readonly onEnd?: (end: JobEnd) => void
}

export interface RunningWorker {
  /** Waits for running jobs to finish. */
  finish(): Promise<void>
  /** Abandons running jobs: another worker takes them over as stalled. */
  abandon(): Promise<void>
  /** Applies a changed `concurrency`. */
  adjust(): void
}

// A worker that is killed leaves its jobs locked: they come back within lock + check, here 8 s. (docs/decisions/0023)
const LOCK = 6_000
const STALLED_CHECK = 2_000
/**
 * ms for which a job of a newer version is put back for processes that know it, and ms between two log lines about
 * that.
 */
const NEWER_DELAY = 1_000
const NEWER_LOG_INTERVAL = 60_000
/** ms after which a job is retried when Redis is failing over or rejects writes. */
const TRANSIENT_DELAY = 1_000
/** Tolerated difference between the machine's clock and that of Redis, ms. */
const MAX_CLOCK_SKEW = 2_000

export const startWorker = <Name extends string, Schema extends z.ZodType>(
  definition: JobDefinition<Name, Schema>,
  {
    connection,
    keys,
    concurrency,
    services,
    log: parent,
    logError = createOutageLog(parent),
    now,
    telemetry,
    onEnd,
  }: WorkerParts,
): RunningWorker => {
  const { queue } = definition
  // Created for each line and each job: a child logger keeps the level it was created with, and the parent's level may
  // change.
  const log = (): Logger => parent.child({ queue })

  /** Puts a job back for `ms`, without counting an attempt. */
  const postpone = async (job: Job, ms: number, token?: string): Promise<never> => {
    const isSkewed = Math.abs(Date.now() - now()) > MAX_CLOCK_SKEW
    if (isSkewed) await delay(Math.min(ms, TRANSIENT_DELAY))
    await job.moveToDelayed(now() + ms, token)
    // BullMQ compares with this machine's clock: if clocks differ, the job would wait until this clock catches up.
    if (isSkewed) await job.promote().catch(() => undefined) // another process has promoted it
    throw new DelayedError()
  }

  let warnedAt = Number.NEGATIVE_INFINITY
  /**
   * Puts back a job of a newer version for a process that knows it: during an upgrade, this process may be the last old
   * one.
   */
  const postponeToNewer = async (job: Job, token: string | undefined): Promise<never> => {
    if (performance.now() - warnedAt > NEWER_LOG_INTERVAL) {
      warnedAt = performance.now()
      log().warn(
        { job: job.id, version: readJobVersion(job.data) },
        'jobs of a newer version are left to newer processes',
      )
    }
    return postpone(job, NEWER_DELAY, token)
  }

  const run = async (job: Job, token?: string): Promise<unknown> => {
    if (readJobVersion(job.data) > definition.version) return postponeToNewer(job, token)
    const parsed = definition.data.safeParse(job.data)
    // Invalid data stays invalid: the job fails with the reason and is not retried.
    if (!parsed.success) throw new UnrecoverableError(`invalid job data: ${z.prettifyError(parsed.error)}`)
    return definition.run(parsed.data, {
      ...services,
      log: parent.child({ queue, job: job.id }),
      job: {
        id: job.id ?? '',
        attempt: job.attemptsStarted,
        progress: (done, of) => job.updateProgress({ done, of }),
        note: async line => {
          await job.log(line)
        },
        postpone: ms => postpone(job, ms, token),
      },
    })
  }

  const process = async (job: Job, token?: string): Promise<unknown> => {
    const started = performance.now()
    const ended = (outcome: JobEnd['outcome'], more: Pick<JobEnd, 'result' | 'error'>): void =>
      onEnd?.({ queue, outcome, ms: performance.now() - started, ...more })
    try {
      const result = await run(job, token)
      ended('done', { result })
      return result
    } catch (error) {
      // A failure that a job reports itself, such as an unreachable publisher, is not an error of Redis, even if its
      // text looks like one.
      const isOwn = error instanceof UnrecoverableError || error instanceof DelayedError
      const isTransient = error instanceof Error && !isOwn && (isWriteRejected(error) || isTransientError(error))
      ended(isTransient || error instanceof DelayedError ? 'postponed' : 'failed', {
        error: error instanceof Error ? error.message : String(error),
      })
      // Redis is failing over or rejects writes: however long that lasts, it does not count as an attempt.
      if (isTransient) {
        log().info({ job: job.id, reason: error.message }, 'Redis rejected the job for now; it will be retried')
        await postpone(job, TRANSIENT_DELAY, token)
      }
      throw error
    }
  }

  const worker = new Worker(queue, process, {
    connection,
    prefix: keys.bull(),
    concurrency: concurrency(),
    lockDuration: LOCK,
    stalledInterval: STALLED_CHECK,
    // Jobs are idempotent, so one that lost its worker is retried rather than given up after the second time.
    maxStalledCount: 10,
    metrics: { maxDataPoints: 60 * 24 },
    ...(telemetry ? { telemetry } : {}),
  })
  worker.on('failed', (job, error) => {
    const last = !job || error instanceof UnrecoverableError || job.attemptsMade >= (job.opts.attempts ?? 1)
    log()[last ? 'warn' : 'info'](
      { job: job?.id, name: job?.name, reason: error.message, ...(last ? {} : { retried: true }) },
      `${queue} failed`,
    )
    // BullMQ delayed the retry by this machine's clock, which is off: promote it now, or it might wait for a day.
    if (job && !last && Math.abs(Date.now() - now()) > MAX_CLOCK_SKEW)
      job.promote().catch((failure: unknown) => log().debug({ err: failure, job: job.id }, 'could not be promoted'))
  })
  worker.on('stalled', job => log().warn({ job }, 'job lost its worker; it will be retried'))
  // If Redis is unreachable, the connection logs that once. Any other error of a worker is logged here.
  worker.on('error', error => {
    if (!isConnectionError(error)) logError(error, 'worker error', { queue })
  })
  return {
    finish: () => worker.close(),
    abandon: () => worker.close(true),
    adjust() {
      worker.concurrency = concurrency()
    },
  }
}
