import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../../src/server/metrics/metrics.ts'
import { countFailure, countOutcomes } from '../../../src/server/metrics/outcomes.ts'
import type { Readings } from '../../../src/server/metrics/redis-gauges.ts'

const readings: Readings = {
  queues: { crawl: { waiting: 3, active: 1 } },
  paused: { crawl: 0 },
  delayedBeyondDay: { crawl: 0 },
  oldest: { crawl: 12.5 },
  sources: { fresh: 7, failing: 2 },
  lists: { latest: 4, 'most-read:now': 9 },
  staleLists: 1,
  events: { waiting: 5, lag: 1.5, reported: 40, refused: { robot: 11 } },
  redis: { memory: 1_000, limit: 0, latency: 0.001, evicts: false, lacksReplicas: 0 },
  articles: { count: 40, pending: 3, evicted: 12, memory: 2_000 },
  storyShares: { world: 0.12 },
  storyShareLimits: { world: 0.3 },
  daemons: 2,
  isNetworkDown: false,
  quarantine: 1,
}

const someGauges = (read: () => Promise<Readings> = async () => readings) => {
  const clock = { now: 0, reads: 0 }
  const gauges = createMetrics({
    version: '1.2.3',
    read: () => {
      clock.reads += 1
      return read()
    },
    now: () => clock.now,
  })
  return { gauges, clock }
}

describe('the outcome of a job', () => {
  it.each([
    [
      'crawl',
      { outcome: 'changed', bytes: 5_000, new: 2, edited: 1, items: 30, next: 'later' },
      ['fetches changed 1', 'bytes fetched 5000', 'items new 2', 'items edited 1'],
    ],
    ['crawl', { outcome: 'unchanged', status: 304, new: 0 }, ['fetches unchanged 1']],
    [
      'articles',
      { added: 3, updated: 0, merged: 1, refused: { 'no-title': 2 }, related: { changed: 3, of: 4 } },
      ['articles added 3', 'articles merged 1', 'refused no-title 2', 'lists written 3', 'lists unchanged 1'],
    ],
    ['publish', { list: 'latest', changed: true, count: 40 }, ['lists written 1']],
    ['publish', { list: 'latest', changed: false, count: 40 }, ['lists unchanged 1']],
    ['publish', { list: 'related', changed: 3, of: 5 }, ['lists written 3', 'lists unchanged 2']],
    ['publish', { list: 'waiting', changed: 0, of: 0 }, []],
    ['push', { anything: 1 }, []],
    ['crawl', null, []],
    ['articles', { added: 'three', refused: [1] }, []],
  ])('the outcome of a job of the queue %s, %j, is counted', (queue, result, wanted) => {
    expect(countOutcomes(queue, result).map(({ of, outcome, count }) => `${of} ${outcome} ${count}`)).toEqual(wanted)
  })

  it('the outcome of a failed job is counted by its reason, and unknown reasons share one label', () => {
    expect(countFailure('crawl', 'timeout: no answer within 10 s (next ...)')?.outcome).toBe('timeout')
    expect(countFailure('crawl', 'https://example.com/secret: oh no')?.outcome).toBe('error')
    expect(countFailure('publish', 'timeout: x')).toBeNull()
  })
})

describe('metrics', () => {
  it('metrics cover jobs, their outcomes, and the state of Redis', async () => {
    const { gauges } = someGauges()
    gauges.jobEnded({ queue: 'crawl', outcome: 'done', ms: 120, result: { outcome: 'changed', bytes: 10, new: 2 } })
    gauges.jobEnded({ queue: 'crawl', outcome: 'failed', ms: 10, error: 'dns: no such host' })
    gauges.ingested(90_000)
    gauges.ingested(-5)
    const text = await gauges.scrape()
    for (const line of [
      'newsdesk_info{version="1.2.3"} 1',
      'newsdesk_jobs_total{queue="crawl",outcome="done"} 1',
      'newsdesk_jobs_total{queue="crawl",outcome="failed"} 1',
      'newsdesk_job_duration_seconds_bucket{le="0.25",queue="crawl"} 2',
      'newsdesk_fetches_total{outcome="changed"} 1',
      'newsdesk_fetches_total{outcome="dns"} 1',
      'newsdesk_items_total{outcome="new"} 2',
      'newsdesk_publication_delay_seconds_bucket{le="1"} 1',
      'newsdesk_publication_delay_seconds_bucket{le="120"} 2',
      'newsdesk_queue_jobs{queue="crawl",state="waiting"} 3',
      'newsdesk_queue_oldest_seconds{queue="crawl"} 12.5',
      'newsdesk_sources{state="failing"} 2',
      'newsdesk_list_age_seconds{list="most-read:now"} 9',
      'newsdesk_events_waiting 5',
      'newsdesk_event_lag_seconds 1.5',
      'newsdesk_events_refused{reason="robot"} 11',
      'newsdesk_redis_up 1',
    ])
      expect(text).toContain(`${line}\n`)
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
    expect(text).toContain('process_resident_memory_bytes')
  })

  it('metrics are read from Redis once for several scrapes close together', async () => {
    const { gauges, clock } = someGauges()
    await Promise.all([gauges.scrape(), gauges.scrape()])
    clock.now += 1_000
    await gauges.scrape()
    expect(clock.reads).toBe(1)
    clock.now += 5_000
    await gauges.scrape()
    expect(clock.reads).toBe(2)
  })

  it('metrics of a process whose Redis is away say so, and still include those of the process', async () => {
    let isUp = true
    const { gauges, clock } = someGauges(async () => {
      if (!isUp) throw new Error('connection refused')
      return readings
    })
    await gauges.scrape()
    isUp = false
    clock.now += 10_000
    const text = await gauges.scrape()
    expect(text).toContain('newsdesk_redis_up 0\n')
    expect(text).not.toContain('newsdesk_queue_jobs{')
    expect(text).toContain('process_resident_memory_bytes')
  })
})
