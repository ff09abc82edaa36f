/**
 * Starts a BullMQ worker for a job definition: it postpones jobs and takes no more while Redis rejects writes, and
 * reports each outcome once.
 */

import { type ConnectionOptions, DelayedError, type Job, type Telemetry, UnrecoverableError, Worker } from 'bullmq'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { JobEnd } from '../src/queues/job-end.ts'
import type { Keys } from '../src/redis/keys.ts'
import {
  createOutageLog,
  explainOutage,
  isConnectionError,
  isTransientError,
  type OutageLog,
} from '../src/redis/transient-error.ts'
import { isWriteRejected } from '../src/redis/write-rejected.ts'
import type { WriteWatch } from '../src/redis/write-watch.ts'
import { type JobDefinition, LoggedFailure } from './define.ts'
import { createPostpone, isSkewed } from './postpone.ts'
import { createRun, type RunJobParts } from './run-job.ts'

export interface WorkerParts extends Pick<RunJobParts, 'services' | 'log'> {
  readonly connection: ConnectionOptions
  readonly keys: Keys
  /** The current number of concurrent jobs. */
  readonly concurrency: () => number
  /**
   * Shared by all workers of a process, so that each consequence of an outage is logged once. Each worker has its own
   * by default.
   */
  readonly logError?: OutageLog
  /** Says when Redis accepts writes again. */
  readonly writes?: Pick<WriteWatch, 'note' | 'accepted' | 'rejection'>
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
/** ms after which a job is retried when Redis is failing over or rejects writes. */
const TRANSIENT_DELAY = 1_000

/**
 * Whether Redis is failing over or rejects writes. A failure that a job reports itself, such as an unreachable
 * publisher, is not an error of Redis, even if its text looks like one.
 */
const isRedisTransient = (error: unknown): error is Error =>
  error instanceof Error &&
  !(error instanceof UnrecoverableError || error instanceof DelayedError) &&
  (isWriteRejected(error) || isTransientError(error))

/** Runs jobs, and reports how each run ended. */
const createProcess = <Name extends string, Schema extends z.ZodType>(
  definition: JobDefinition<Name, Schema>,
  { services, log, logError = createOutageLog(log), writes, now, onEnd }: WorkerParts,
) => {
  const { queue } = definition
  const postpone = createPostpone(now)
  const run = createRun(definition, { services, log, postpone })
  return async (job: Job, token?: string): Promise<unknown> => {
    const started = performance.now()
    const ended = (outcome: JobEnd['outcome'], more: Pick<JobEnd, 'result' | 'error'>): void =>
      onEnd?.({ queue, outcome, ms: performance.now() - started, ...more })
    try {
      const result = await run(job, token)
      ended('done', { result })
      return result
    } catch (error) {
      const isPostponed = isRedisTransient(error) || error instanceof DelayedError
      ended(isPostponed ? 'postponed' : 'failed', { error: error instanceof Error ? error.message : String(error) })
      // However long it lasts, it does not count as an attempt.
      if (isRedisTransient(error)) {
        const line = { event: 'job.rejected', job: job.id, reason: error.message }
        log.child({ queue }).debug(line, 'Redis rejected the job for now; it will be retried')
        // One line tells of all jobs, which come back each second.
        if (!writes?.note(error)) logError(error, { event: 'job.rejected', queue }, 'Redis rejected a job for now')
        await postpone(job, TRANSIENT_DELAY, token)
      }
      throw error
    }
  }
}

/** Logs what happens to the jobs of a worker, and corrects when BullMQ retries them. */
const logEvents = (worker: Worker, parts: WorkerParts): void => {
  const { log: parent, logError = createOutageLog(parent), writes, now } = parts
  const queue = worker.name
  // Created for each line: a child logger keeps the level it was created with, and the parent's level may change.
  const log = (): Logger => parent.child({ queue })
  worker.on('failed', (job, error) => {
    const last = !job || error instanceof UnrecoverableError || job.attemptsMade >= (job.opts.attempts ?? 1)
    if (!(error instanceof LoggedFailure))
      log()[last ? 'warn' : 'info'](
        { event: 'job.failed', job: job?.id, title: job?.name, reason: error.message, retried: !last },
        'job failed',
      )
    // BullMQ delayed the retry by this machine's clock, which is off: promote it now, or it might wait for a day.
    if (job && !last && isSkewed(now()))
      job
        .promote()
        .catch((failure: unknown) =>
          log().debug({ event: 'job.not_promoted', job: job.id, err: failure }, 'job not promoted'),
        )
  })
  // A worker cannot keep its jobs while Redis rejects writes: one line tells of that, not one for each job.
  const isRejected = () => (writes?.rejection() ?? null) !== null
  worker.on('stalled', job =>
    log()[isRejected() ? 'debug' : 'warn']({ event: 'job.stalled', job }, 'job lost its worker; it will be retried'),
  )
  // If Redis is unreachable, the connection logs that once. Any other error of a worker is logged here.
  worker.on('error', error => {
    if (isConnectionError(error)) return
    if (isRejected() && explainOutage(error) !== null)
      log().debug({ event: 'worker.failed', reason: error.message }, 'worker error')
    else logError(error, { event: 'worker.failed', queue }, 'worker error')
  })
}

/**
 * Makes a worker take no job from when Redis rejects a write until it accepts one: BullMQ would ask again at once, as
 * often as Redis answers. @returns a function to call before the worker is closed, which leaves it paused
 */
const holdWhileRejected = (worker: Worker, writes: WorkerParts['writes']): (() => void) => {
  let isHeld = false
  const closing = new AbortController()
  const hold = async (): Promise<void> => {
    isHeld = true
    await worker.pause(true)
    await writes?.accepted(closing.signal)
    isHeld = false
    if (!closing.signal.aborted) await worker.resume()
  }
  worker.on('error', error => {
    if (writes?.note(error) && !isHeld) hold().catch((failure: unknown) => worker.emit('error', failure as Error))
  })
  return () => closing.abort()
}

export const startWorker = <Name extends string, Schema extends z.ZodType>(
  definition: JobDefinition<Name, Schema>,
  parts: WorkerParts,
): RunningWorker => {
  const { connection, keys, concurrency, telemetry } = parts
  const worker = new Worker(definition.queue, createProcess(definition, parts), {
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
  logEvents(worker, parts)
  const letGo = holdWhileRejected(worker, parts.writes)
  const close = (force: boolean): Promise<void> => {
    letGo()
    return worker.close(force)
  }
  return {
    finish: () => close(false),
    abandon: () => close(true),
    adjust() {
      worker.concurrency = concurrency()
    },
  }
}
