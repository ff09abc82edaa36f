/** What all roles of a process share: connections, the clock of Redis, the container, metrics and status. */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { createPriorityGate } from '../../jobs/priority-gate.ts'
import type { Config } from '../config/load.ts'
import { showAddress } from '../config/redis-address.ts'
import type { Role } from '../config/roles.ts'
import { createFetcher } from '../http-client/fetch.ts'
import { createPoster } from '../http-client/post.ts'
import { createDataSet } from '../maintenance/migrations/data-set.ts'
import { openQueues } from '../queues/open-queues.ts'
import { createClock } from '../redis/clock.ts'
import { connectRedis } from '../redis/connect.ts'
import { createHealthCheck } from '../redis/health-check.ts'
import { keysFor } from '../redis/keys.ts'
import { createReplicationBarrier } from '../redis/replication-barrier.ts'
import type { RedisServer } from '../redis/server.ts'
import { createWriteWatch } from '../redis/write-watch.ts'
import { createMetrics } from '../server/metrics/metrics.ts'
import { readForMonitoring } from '../server/metrics/readings.ts'
import { createSamples } from '../server/metrics/samples.ts'
import { ANSWER_WITHIN } from '../server/response-timeout.ts'
import { createPageReader } from '../sources/pages/page-reader.ts'
import { createSummaryCache } from '../sources/store/summary-cache.ts'
import { version } from '../util/version.ts'
import { createContainer } from './container.ts'
import { createJobContext } from './job-context.ts'
import type { Lifecycle } from './lifecycle.ts'

export interface ProcessParts {
  readonly id: string
  readonly roles: readonly Role[]
  /** The current configuration; a reload replaces it. */
  readonly config: () => Config
  readonly server: RedisServer
  readonly lifecycle: Lifecycle
  /** Called when Redis refuses this process for good. */
  readonly onRefused: (why: string) => void
  readonly log: Logger
  /** ms since the epoch; the clock of Redis unless given. */
  readonly now: (() => number) | undefined
  /** How old what /metrics reads from Redis may be, ms; five seconds unless given. */
  readonly metricsFreshFor: number | undefined
}

/** Maximum time, ms, that ingesting waits for lists each time it yields to them. */
const MAX_WAIT_FOR_LISTS = 100

export type Process = Awaited<ReturnType<typeof createProcess>>

export const createProcess = async (parts: ProcessParts) => {
  const { id, roles, config, server, lifecycle, onRefused, log } = parts
  const settings = () => config().settings
  const keys = keysFor(settings().redis.prefix)
  const connect = (purpose: string, options?: { pipelined: boolean }): Redis => {
    const made = connectRedis(server.address, log, `${keys.prefix}:${purpose}`, { ...options, onRefused })
    lifecycle.closeLast(() => made.disconnect())
    return made
  }
  const redis = connect('main')
  const bull = connect('queues', { pipelined: false })
  const clock = createClock(redis)
  const writes = createWriteWatch({ redis, keys, log })
  lifecycle.closeLast(writes.stop)
  const now = parts.now ?? clock.now
  // Tracing is global to the process, and loaded only if it is configured.
  const tracing =
    settings().tracing.endpoint === ''
      ? null
      : (await import('../server/tracing.ts')).startTracing(settings().tracing, { version, id })
  lifecycle.closeLast(() => tracing?.stop())
  const queues = openQueues(bull, keys, tracing?.telemetry)
  lifecycle.closeLast(() => Promise.all(Object.values(queues).map(queue => queue.close())))
  const fetcher = createFetcher(() => settings().crawl)
  const poster = createPoster(() => settings().crawl)
  lifecycle.closeLast(() => Promise.all([fetcher.close(), poster.close()]))
  const pageReader = createPageReader()
  lifecycle.closeLast(pageReader.close)
  const barrier = createReplicationBarrier({ redis, replicas: () => settings().redis.replicas })
  const gate = createPriorityGate({ maxWait: MAX_WAIT_FOR_LISTS })
  const dataSet = createDataSet({ redis, keys })
  const shared = { config, redis, keys, queues, gate, log, now }
  const container = createContainer({
    ...{ ...shared, queues: async () => queues, dataSet: dataSet.current },
    postForm: (url, fields, manners) => poster.postForm(url, fields, { ...manners, signal: lifecycle.abandoning }),
  })
  const { context, outageDetector } = createJobContext(container, {
    ...{ ...shared, fetcher, poster, barrier, readPage: pageReader.read },
    ...{ stopping: lifecycle.stopping, abandoning: lifecycle.abandoning },
  })
  const { sources, push, lists } = container
  const summaries = createSummaryCache({ redis, keys, catalogue: sources.list, now })
  const memory = () => settings().articles.memory
  const wantedReplicas = () => settings().redis.replicas
  /** What the status, the metrics and the samples read. */
  const observed = { redis, keys, queues, sources, push, memory, wantedReplicas, now, readSummaries: summaries }
  const listNames = () => lists.publisher.names()
  return {
    ...{
      ...shared,
      id,
      roles,
      settings,
      lifecycle,
      connect,
      bull,
      clock,
      tracing,
      barrier,
      dataSet,
      writes,
      container,
      context,
    },
    ...{ outageDetector, summaries, observed, listNames },
    /** For people: without its password. */
    redisAddress: showAddress(server.address),
    has: (role: Role) => roles.includes(role),
    /** BullMQ compares with the machine's own clock; jobs are delayed by the clock that all processes share. */
    sharedClock: parts.now ? Date.now : clock.now,
    samples: createSamples({ redis, keys }),
    metrics: createMetrics({
      ...{ version, now, rejection: writes.rejection },
      ...(parts.metricsFreshFor === undefined ? {} : { freshFor: parts.metricsFreshFor }),
      read: () => readForMonitoring(observed, listNames()),
    }),
    pulse: createHealthCheck(redis, ANSWER_WITHIN),
  }
}
