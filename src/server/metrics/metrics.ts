/**
 * The metrics at /metrics, in the text format of Prometheus: the work of this process as counters and histograms, and
 * the state in Redis that all processes share as gauges, read at each scrape. Labels never contain URLs, sources or
 * articles: their values are few and known.
 */

import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { withTimeout } from '../../redis/health-check.ts'
import { REJECTION_CODES, type WriteRejection } from '../../redis/write-check.ts'
import { createRedisGauges, type Readings, type RedisGauges } from './redis-gauges.ts'
import { createWorkMetrics, type WorkMetrics } from './work-metrics.ts'

export interface Metrics extends WorkMetrics {
  /** Registers a count of the open server-sent event streams of a server, called at each scrape. */
  streams(server: 'http' | 'admin', count: () => number): void
  readonly contentType: string
  /** @returns all metrics as text */
  scrape(): Promise<string>
}

export interface MetricsParts {
  readonly version: string
  readonly read: () => Promise<Readings>
  /** Why Redis rejects writes; null if it accepts them. */
  readonly rejection?: () => WriteRejection | null
  /** Scrapes within this many ms get the same readings; five seconds unless given. */
  readonly freshFor?: number
  readonly now: () => number
}

/** Several servers may scrape, and each reading is work for Redis. */
const FRESH = 5_000

/** Timeout for reading Redis, ms: otherwise the scraper would time out, and nothing would show why. */
const READ_WITHIN = 2_000

/** Reads Redis into the gauges, unless that was done a moment ago. */
const createRefresh = (gauges: RedisGauges, { read, now, freshFor = FRESH }: MetricsParts) => {
  let readAt = Number.NEGATIVE_INFINITY
  /**
   * Resolves with Redis' answer, however late; only one at a time, or reads would pile up while Redis is unreachable.
   */
  let reading: Promise<boolean> | null = null
  const readAgain = async (): Promise<boolean> => {
    try {
      gauges.show(await read())
      return true
    } catch {
      return false
    } finally {
      reading = null
    }
  }
  return async (): Promise<void> => {
    if (!reading) {
      if (now() - readAt < freshFor) return
      readAt = now()
      reading = readAgain()
    }
    if (await withTimeout(reading, READ_WITHIN).catch(() => false)) return
    // The scrape succeeds and reports it: monitoring must see this process even while Redis is unreachable.
    gauges.clear()
    // The next scrape reads again.
    readAt = Number.NEGATIVE_INFINITY
  }
}

export const createMetrics = (parts: MetricsParts): Metrics => {
  const { version, rejection = () => null } = parts
  const register = new Registry()
  const registers = [register]
  collectDefaultMetrics({ register })
  new Gauge({ name: 'newsdesk_info', help: 'The running version.', labelNames: ['version'], registers }).set(
    { version },
    1,
  )
  const help = 'Open streams of server-sent events, by server.'
  const streamsOpen = new Gauge({ name: 'newsdesk_streams_open', help, labelNames: ['server'], registers })
  const rejected = new Gauge({
    name: 'newsdesk_redis_writes_rejected',
    help: '1 while Redis rejects writes for this reason, else 0.',
    labelNames: ['code'],
    registers,
  })
  const countStreams = new Map<string, () => number>()
  const refresh = createRefresh(createRedisGauges(register), parts)
  return {
    ...createWorkMetrics(register),
    streams: (server, count) => void countStreams.set(server, count),
    contentType: register.contentType,
    async scrape() {
      await refresh()
      for (const code of REJECTION_CODES) rejected.set({ code }, rejection()?.code === code ? 1 : 0)
      for (const [server, count] of countStreams) streamsOpen.set({ server }, count())
      return register.metrics()
    },
  }
}
