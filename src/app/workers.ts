/** Starts the BullMQ workers that a process's roles ask for. */

import type { ConnectionOptions, Telemetry } from 'bullmq'
import type { Logger } from 'pino'
import { jobs } from '../../jobs/jobs.ts'
import { type RunningWorker, startWorker } from '../../jobs/worker.ts'
import type { Role } from '../config/roles.ts'
import type { Settings } from '../config/schema.ts'
import type { JobEnd } from '../queues/job-end.ts'
import type { Keys } from '../redis/keys.ts'
import { createOutageLog } from '../redis/transient-error.ts'
import type { WriteWatch } from '../redis/write-watch.ts'
import type { SharedJobContext } from './job-context.ts'

export interface WorkersParts {
  readonly has: (role: Role) => boolean
  readonly settings: () => Settings
  readonly connection: ConnectionOptions
  readonly keys: Keys
  readonly context: SharedJobContext
  readonly telemetry: Telemetry | undefined
  readonly onEnd: (end: JobEnd) => void
  readonly writes: WriteWatch
  readonly log: Logger
  /** ms since the epoch, by the clock that all processes share. */
  readonly now: () => number
}

/** Concurrent requests to hubs and to webhooks, and concurrent publish jobs. */
const HUBS_AT_ONCE = 4
const WEBHOOKS_AT_ONCE = 8
const LISTS_AT_ONCE = 4

export const startWorkers = ({ has, settings, context, telemetry, ...parts }: WorkersParts): RunningWorker[] => {
  type Job = (typeof jobs)[keyof typeof jobs]
  const table: readonly [role: Role, job: Job, concurrency: () => number][] = [
    ['crawl', jobs.crawl, () => settings().crawl.concurrency],
    ['crawl', jobs.push, () => HUBS_AT_ONCE],
    ['crawl', jobs.webhooks, () => WEBHOOKS_AT_ONCE],
    ['articles', jobs.articles, () => settings().articles.concurrency],
    // Not with the crawls: what fetches feeds may not write articles.
    ['articles', jobs.pages, () => settings().crawl.pageConcurrency],
    ['publish', jobs.publish, () => LISTS_AT_ONCE],
  ]
  const logError = createOutageLog(parts.log)
  return table.flatMap(([role, job, concurrency]) =>
    has(role)
      ? // One signature fits all: a worker only passes a definition's own data to it.
        startWorker(job as (typeof jobs)['publish'], {
          ...{ ...parts, services: context, concurrency, logError },
          ...(telemetry ? { telemetry } : {}),
        })
      : [],
  )
}
