/** A BullMQ worker around a job's definition: parses its data at the door, gives it its context, says once what became of it. */

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
  /** Everything of the context but the job itself. */
  readonly services: Omit<JobContext, 'job' | 'log'>
  readonly log: Logger
  /** Shared by all workers of a process: each consequence of an outage is logged once. Its own unless given. */
  readonly logError?: OutageLog
  /** ms since the epoch, by the clock that all daemons share. */
  readonly now: () => number
  readonly telemetry?: Telemetry
  /** Told when a run of a job has ended. */
  readonly onEnd?: (end: JobEnd) => void
}

export interface RunningWorker {
  /** Waits for the jobs in hand. */
  finish(): Promise<void>
  /** Lets go of the jobs in hand: another worker takes them up as stalled. */
  abandon(): Promise<void>
  /** Takes up another `concurrency`. */
  adjust(): void
}

// A worker killed without a word leaves its jobs locked: they come back within lock + check, here 8 s. (docs/decisions/0023)
const LOCK = 6_000
const STALLED_CHECK = 2_000
/** ms for which a job of a newer version is left to those that know it, and between two lines about that. */
const LEFT = 1_000
const TELL_AGAIN = 60_000
/** ms after which work is tried again that met a Redis changing over, or one that takes nothing. */
const PASSES = 1_000
/** ms by which a machine's clock may differ from Redis's. */
const CLOCK_OFF = 2_000

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
  // Made for each line and each job: a child keeps the level of its birth, and that of the parent changes while it runs.
  const log = (): Logger => parent.child({ queue })

  /** Gives a job back for a while: it does not count as tried. */
  const postpone = async (job: Job, ms: number, token?: string): Promise<never> => {
    const isOff = Math.abs(Date.now() - now()) > CLOCK_OFF
    if (isOff) await delay(Math.min(ms, PASSES))
    await job.moveToDelayed(now() + ms, token)
    // For BullMQ nothing is due before this machine's now: where clocks differ it would wait until one is where the other was.
    if (isOff) await job.promote().catch(() => undefined) // another has brought it forward
    throw new DelayedError()
  }

  let toldAt = Number.NEGATIVE_INFINITY
  /** A job of a newer version is for a process that knows it: this one may be the last of its kind in an upgrade. */
  const leaveToNewer = async (job: Job, token: string | undefined): Promise<never> => {
    if (performance.now() - toldAt > TELL_AGAIN) {
      toldAt = performance.now()
      log().warn(
        { job: job.id, version: readJobVersion(job.data) },
        'jobs of a newer version are left to newer processes',
      )
    }
    return postpone(job, LEFT, token)
  }

  const run = async (job: Job, token?: string): Promise<unknown> => {
    if (readJobVersion(job.data) > definition.version) return leaveToNewer(job, token)
    const parsed = definition.data.safeParse(job.data)
    // Nonsense stays nonsense: it is kept as failed with what is wrong, and not tried again.
    if (!parsed.success) throw new UnrecoverableError(`job data does not fit: ${z.prettifyError(parsed.error)}`)
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
      // What a job says of itself, such as a publisher that cannot be reached, is no trouble of Redis, however alike it reads.
      const isOwn = error instanceof UnrecoverableError || error instanceof DelayedError
      const passes = error instanceof Error && !isOwn && (isWriteRejected(error) || isTransientError(error))
      ended(passes || error instanceof DelayedError ? 'postponed' : 'failed', {
        error: error instanceof Error ? error.message : String(error),
      })
      // Redis is changing over, or takes nothing now: however long that lasts, it is no try of the job's.
      if (passes) {
        log().info({ job: job.id, reason: error.message }, 'Redis cannot do it now; the job is run again')
        await postpone(job, PASSES, token)
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
    // Processors are idempotent, so a job that lost its worker is run again rather than given up after the second time.
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
    // BullMQ put it off by this machine's clock, which is off: it is tried again at once, rather than in a day.
    if (job && !last && Math.abs(Date.now() - now()) > CLOCK_OFF)
      job.promote().catch((failure: unknown) => log().debug({ err: failure, job: job.id }, 'not brought forward'))
  })
  worker.on('stalled', job => log().warn({ job }, 'job lost its worker; it is run again'))
  // Redis away: the connection itself says so, once. Anything else a worker reports is worth a line.
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
