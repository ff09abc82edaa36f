/**
 * The metrics at /metrics, in the text format of Prometheus: the work of this process as counters and histograms, and
 * the state in Redis that all processes share as gauges, read at each scrape. Labels never contain URLs, sources or
 * articles: their values are few and known.
 */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { JobEnd } from '../../queues/job-end.ts'
import { withTimeout } from '../../redis/health-check.ts'
import { countFailure, countOutcomes } from './outcomes.ts'

/** Values read from Redis at a scrape. */
export interface Readings {
  /** Jobs by queue and state. */
  readonly queues: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Age of the oldest waiting job by queue, s; 0 if none waits. */
  readonly oldest: Readonly<Record<string, number>>
  /** Sources by state. */
  readonly sources: Readonly<Record<string, number>>
  /** Seconds since each list was last found to be up to date. */
  readonly lists: Readonly<Record<string, number>>
  readonly events: {
    readonly waiting: number
    /** Age of the oldest event that is not counted yet, s. */
    readonly lag: number
    /** Total, by reason. */
    readonly refused: Readonly<Record<string, number>>
  }
  /** Bytes; `limit` is 0 if there is none. `latency` is the duration of a PING, s. */
  readonly redis: { readonly memory: number; readonly limit: number; readonly latency: number }
  /** `memory`: `articles.memory` in bytes, 0 for none; `evicted`: for lack of memory, so far. */
  readonly articles: {
    readonly count: number
    readonly pending: number
    readonly evicted: number
    readonly memory: number
  }
  readonly daemons: number
  readonly quarantine: number
}

export interface Metrics {
  jobEnded(end: JobEnd): void
  /** Records an ingested article. @param delay ms since its publisher's date */
  ingested(delay: number): void
  /** Records a request that the admin server refused. @param kind one of a few known kinds */
  refused(kind: string): void
  /** Registers a count of the open server-sent event streams of a server, called at each scrape. */
  streams(server: 'http' | 'admin', count: () => number): void
  readonly contentType: string
  /** @returns all metrics as text */
  scrape(): Promise<string>
}

export interface MetricsParts {
  readonly version: string
  readonly read: () => Promise<Readings>
  readonly now: () => number
}

/**
 * Scrapes within this many ms get the same readings: several servers may scrape, and each reading is work for Redis.
 */
const FRESH = 5_000

/** Timeout for reading Redis, ms: otherwise the scraper would time out, and nothing would show why. */
const READ_WITHIN = 2_000

const JOB_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const DELAY_SECONDS = [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400]

export const createMetrics = ({ version, read, now }: MetricsParts): Metrics => {
  const register = new Registry()
  const registers = [register]
  collectDefaultMetrics({ register })
  new Gauge({ name: 'newsdesk_info', help: 'The running version.', labelNames: ['version'], registers }).set(
    { version },
    1,
  )

  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers })
  const jobs = counter('newsdesk_jobs_total', 'Jobs that ended, by queue and outcome.', ['queue', 'outcome'])
  const durations = new Histogram({
    name: 'newsdesk_job_duration_seconds',
    help: 'How long jobs ran, by queue.',
    labelNames: ['queue'],
    buckets: JOB_SECONDS,
    registers,
  })
  const outcomes = {
    fetches: counter('newsdesk_fetches_total', 'Fetches of sources, by outcome or reason of failure.', ['outcome']),
    bytes: counter('newsdesk_fetched_bytes_total', 'Bytes of feeds that changed, decompressed.', ['outcome']),
    items: counter('newsdesk_items_total', 'Items found in feeds: new or edited.', ['outcome']),
    articles: counter('newsdesk_articles_total', 'Articles ingested, by outcome.', ['outcome']),
    refused: counter('newsdesk_items_refused_total', 'Items refused, by reason.', ['outcome']),
    lists: counter('newsdesk_lists_total', 'Lists ranked: written, or unchanged.', ['outcome']),
  }
  const refused = counter('newsdesk_admin_refused_total', 'Requests the admin server refused, by kind.', ['kind'])
  const delay = new Histogram({
    name: 'newsdesk_publication_delay_seconds',
    help: 'From the time a publisher gives an article until it is taken in; its lists follow within lists.settle.',
    buckets: DELAY_SECONDS,
    registers,
  })

  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers })
  const queueJobs = gauge('newsdesk_queue_jobs', 'Jobs by queue and state.', 'queue', 'state')
  const queueOldest = gauge('newsdesk_queue_oldest_seconds', 'How long the oldest waiting job has waited.', 'queue')
  const sources = gauge('newsdesk_sources', 'Sources by state.', 'state')
  const listAge = gauge('newsdesk_list_age_seconds', 'Since a list was last found to be up to date.', 'list')
  const eventsWaiting = gauge('newsdesk_events_waiting', 'Events that are not counted yet.')
  const eventLag = gauge('newsdesk_event_lag_seconds', 'How long the oldest uncounted event has waited.')
  const eventsRefused = gauge('newsdesk_events_refused', 'Events refused so far, by reason.', 'reason')
  const redisMemory = gauge('newsdesk_redis_memory_bytes', 'Memory Redis uses.')
  const redisLimit = gauge('newsdesk_redis_memory_limit_bytes', 'maxmemory of Redis; 0 for none.')
  const redisLatency = gauge('newsdesk_redis_latency_seconds', 'How long a PING took.')
  const articles = gauge('newsdesk_articles', 'Stored articles.')
  const pendingDeletion = gauge('newsdesk_articles_pending_deletion', 'Articles in no list any more, pending deletion.')
  const evicted = new Counter({
    name: 'newsdesk_articles_evicted_total',
    help: 'Articles evicted for lack of memory.',
    registers,
  })
  const budget = gauge('newsdesk_articles_memory_limit_bytes', 'articles.memory; 0 for none.')
  const daemons = gauge('newsdesk_daemons', 'Running processes.')
  const quarantine = gauge('newsdesk_quarantine_bodies', 'Bodies in quarantine because they could not be read.')
  const streamsOpen = gauge('newsdesk_streams_open', 'Open streams of server-sent events, by server.', 'server')
  const countStreams = new Map<string, () => number>()
  const scrapeOk = gauge(
    'newsdesk_redis_up',
    '1 if Redis could be read at this scrape, else 0, and gauges read from Redis are left out.',
  )

  const setAll = (of: Gauge, label: string, values: Readonly<Record<string, number>>): void => {
    of.reset()
    for (const [name, value] of Object.entries(values)) of.set({ [label]: name }, value)
  }
  const redisGauges = [
    queueJobs,
    queueOldest,
    sources,
    listAge,
    eventsWaiting,
    eventLag,
    eventsRefused,
    redisMemory,
    redisLimit,
    redisLatency,
    articles,
    pendingDeletion,
    evicted,
    budget,
    daemons,
    quarantine,
  ]
  const show = (seen: Readings): void => {
    queueJobs.reset()
    for (const [queue, states] of Object.entries(seen.queues))
      for (const [state, count] of Object.entries(states)) queueJobs.set({ queue, state }, count)
    setAll(queueOldest, 'queue', seen.oldest)
    setAll(sources, 'state', seen.sources)
    setAll(listAge, 'list', seen.lists)
    setAll(eventsRefused, 'reason', seen.events.refused)
    eventsWaiting.set(seen.events.waiting)
    eventLag.set(seen.events.lag)
    redisMemory.set(seen.redis.memory)
    redisLimit.set(seen.redis.limit)
    redisLatency.set(seen.redis.latency)
    articles.set(seen.articles.count)
    pendingDeletion.set(seen.articles.pending)
    // Counted by all processes together, in Redis.
    evicted.reset()
    evicted.inc(seen.articles.evicted)
    budget.set(seen.articles.memory)
    daemons.set(seen.daemons)
    quarantine.set(seen.quarantine)
  }

  const miss = (): void => {
    // The scrape succeeds and reports it: monitoring must see this process even while Redis is unreachable.
    for (const each of redisGauges) each.reset()
    scrapeOk.set(0)
  }
  let readAt = Number.NEGATIVE_INFINITY
  /**
   * Resolves with Redis' answer, however late; only one at a time, or reads would pile up while Redis is unreachable.
   */
  let reading: Promise<boolean> | null = null
  const readAgain = async (): Promise<boolean> => {
    try {
      show(await read())
      scrapeOk.set(1)
      return true
    } catch {
      return false
    } finally {
      reading = null
    }
  }
  const refresh = async (): Promise<void> => {
    if (!reading) {
      if (now() - readAt < FRESH) return
      readAt = now()
      reading = readAgain()
    }
    if (!(await withTimeout(reading, READ_WITHIN).catch(() => false))) {
      // The next scrape reads again.
      readAt = Number.NEGATIVE_INFINITY
      miss()
    }
  }

  return {
    jobEnded({ queue, outcome, ms, result, error }) {
      jobs.inc({ queue, outcome })
      durations.observe({ queue }, ms / 1_000)
      const failure = outcome === 'failed' ? countFailure(queue, error ?? '') : null
      for (const { of, outcome: what, count } of failure ? [failure] : countOutcomes(queue, result))
        outcomes[of].inc({ outcome: what }, count)
    },
    refused: kind => refused.inc({ kind }),
    ingested: ms => delay.observe(Math.max(0, ms) / 1_000),
    streams: (server, count) => void countStreams.set(server, count),
    contentType: register.contentType,
    async scrape() {
      await refresh()
      for (const [server, count] of countStreams) streamsOpen.set({ server }, count())
      return register.metrics()
    },
  }
}
