/** Every shipped alert, against what a real daemon exposes in the state that the alert is for. */

import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { articlesQueue } from '../../src/queues/ingest.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { createMetrics } from '../../src/server/metrics/metrics.ts'
import { measureStoryShares } from '../../src/use-cases/story-shares.ts'
import { testDaemon } from '../support/daemon.ts'
import { type FaultyRedis, startFaultyRedis } from '../support/faults/redis.ts'
import { aFeed } from '../support/feed.ts'
import { aFolder } from '../support/folder.ts'
import { serve } from '../support/http.ts'
import { firing, promtool, readSeries, type Scrape, scrape } from '../support/promtool.ts'
import { until } from '../support/until.ts'

const MINUTE = 60_000
const ALL = ['scheduler', 'crawl', 'articles', 'publish', 'events', 'http'] as const
const SETTINGS = { metrics: { port: 0 }, http: { port: 0 } }

const tested = new Set<string>()
const QUIET = 'NewsdeskNothingComesIn'
/**
 * Fire while no article comes in, as in most of these states, or on a machine so busy that jobs lose their locks: only
 * judged where asked for.
 */
const UNASKED = [QUIET, 'NewsdeskEventLoopHeld', 'NewsdeskRedisSlow', 'NewsdeskJobsFailing']
const fires = (before: Scrape, after: Scrape, wanted: readonly string[]): void => {
  for (const name of wanted) tested.add(name)
  const found = firing(before, after)
  expect(found.filter(name => !UNASKED.includes(name) || wanted.includes(name))).toEqual([...wanted].sort())
}

let own: FaultyRedis
let redis: Redis
beforeAll(async () => {
  own = await startFaultyRedis(aFolder('alerts'), 'everysec')
  redis = new Redis(`redis://127.0.0.1:${own.port}`)
})
afterAll(async () => {
  redis.disconnect()
  await own.stop()
})

const aDesk = (parts: Partial<Parameters<typeof testDaemon>[0]> = {}) =>
  testDaemon({
    sources: [],
    ...parts,
    settings: { ...SETTINGS, ...parts.settings },
    address: { url: `redis://127.0.0.1:${own.port}` },
  })
type Desk = ReturnType<typeof aDesk>

const queuesOf = ({ redis: connection, keys }: Desk) => openQueues(connection, keys)

/** Scrapes a daemon until a series has a value that is wanted. */
const scraped = (url: string | null, series: string, wanted: (value: number) => boolean): Promise<Scrape> =>
  until(
    () => scrape(url ?? ''),
    text => wanted(readSeries(text, series)),
    { every: 250 },
  )
const post = (url: string | null, body: unknown) =>
  fetch(`${url}/v1/events`, { method: 'POST', body: JSON.stringify(body), headers: { 'user-agent': 'Mozilla/5.0' } })

describe.skipIf(promtool === undefined)('the alerts, tried with promtool (Debian: apt-get install prometheus)', () => {
  it('no alert fires while articles come in and readers are served', async () => {
    const feed = await aFeed([{ title: 'Ferry treaty signed' }])
    const desk = aDesk({ sources: [{ id: 'courier', name: 'Courier', url: `${feed.url}/rss`, section: 'world' }] })
    const daemon = await desk.start(ALL)
    await scraped(daemon.metricsUrl, 'newsdesk_lists_stale', value => value === 0)
    const before = await scraped(daemon.metricsUrl, 'newsdesk_articles_total{outcome="added"}', value => value === 1)
    feed.state.items = [{ title: 'Glacier calves' }, ...feed.state.items]
    const [entry] = await until(
      () => desk.list('latest'),
      list => list.length === 2,
    )
    const answers = [
      await fetch(`${daemon.httpUrl}/v1/lists/latest`),
      await post(daemon.httpUrl, { kind: 'view', article: entry?.id }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 204])
    const after = await scraped(daemon.metricsUrl, 'newsdesk_events_counted_total', value => value === 1)
    expect(readSeries(after, 'newsdesk_http_requests_total{route="lists",status="2xx"}')).toBe(1)
    expect(readSeries(after, 'newsdesk_events_accepted_total')).toBe(1)
    expect(readSeries(after, 'newsdesk_fetches_total{outcome="dns"}')).toBe(0)
    expect(after).toContain('newsdesk_fetches_total{outcome="dns"} 0')
    fires(before, after, [])

    daemon.rejectReload(['newsdesk.yaml:1:1 rolls: no such key'])
    fires(before, await scrape(daemon.metricsUrl ?? ''), ['NewsdeskReloadRejected'])
    await daemon.reload(desk.config)
    fires(before, await scrape(daemon.metricsUrl ?? ''), [])

    await queuesOf(desk).crawl.pause()
    const paused = await scraped(daemon.metricsUrl, 'newsdesk_queue_paused{queue="crawl"}', value => value === 1)
    fires(before, paused, ['NewsdeskQueuePaused'])
    await queuesOf(desk).crawl.resume()

    const bytes = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
    await redis.config('SET', 'maxmemory', String(Math.round(bytes * 1.1)))
    const full = await scraped(daemon.metricsUrl, 'newsdesk_redis_memory_limit_bytes', value => value > 0)
    await redis.config('SET', 'maxmemory', '0')
    fires(before, full, ['NewsdeskRedisMemory'])

    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
    const evicts = await scraped(daemon.metricsUrl, 'newsdesk_redis_evicts', value => value === 1)
    await redis.config('SET', 'maxmemory-policy', 'noeviction')
    fires(before, evicts, ['NewsdeskRedisEvicts'])
    const { settings } = desk.config
    await daemon.reload({ ...desk.config, settings: { ...settings, redis: { ...settings.redis, replicas: 1 } } })
    const lacking = await scraped(daemon.metricsUrl, 'newsdesk_redis_replicas_lacking', value => value === 1)
    await daemon.reload(desk.config)
    fires(before, lacking, ['NewsdeskRedisReplicas'])
    await scraped(daemon.metricsUrl, 'newsdesk_redis_memory_limit_bytes', value => value === 0)

    const busy = await until(
      async () => {
        for (let turn = 0; turn < 3; turn += 1) {
          const end = Date.now() + 700
          while (Date.now() < end);
          await new Promise(resolve => setImmediate(resolve))
        }
        return scrape(daemon.metricsUrl ?? '')
      },
      text => readSeries(text, 'nodejs_eventloop_lag_p99_seconds') > 0.5,
    )
    fires(before, busy, ['NewsdeskEventLoopHeld'])

    // Readings of Redis are kept for a moment, so the pause that one meets is not the first.
    const slow = await until(
      async () => {
        await redis.client('PAUSE', 500, 'ALL')
        return scrape(daemon.metricsUrl ?? '')
      },
      text => readSeries(text, 'newsdesk_redis_latency_seconds') > 0.1,
    )
    fires(before, slow, ['NewsdeskRedisSlow'])

    own.signal('SIGSTOP')
    const away = await scraped(daemon.metricsUrl, 'newsdesk_redis_up', value => value === 0)
    own.signal('SIGCONT')
    fires(before, away, ['NewsdeskWithoutRedis'])
  })

  it('the alerts about a Redis that rejects writes, and about failing public requests, fire while it does', async () => {
    const desk = aDesk()
    const daemon = await desk.start(ALL)
    await scraped(daemon.metricsUrl, 'newsdesk_lists_stale', value => value === 0)
    const before = await scrape(daemon.metricsUrl ?? '')
    await redis.config('SET', 'min-replicas-to-write', '1')
    try {
      expect((await post(daemon.httpUrl, { kind: 'view', article: 'a' })).status).toBe(503)
      const after = await scraped(
        daemon.metricsUrl,
        'newsdesk_redis_writes_rejected{code="NOREPLICAS"}',
        value => value === 1,
      )
      fires(before, after, ['NewsdeskRedisRejectsWrites', 'NewsdeskPublicErrors'])
    } finally {
      await redis.config('SET', 'min-replicas-to-write', '0')
    }
  })

  it('the alert about nothing coming in fires after a start that never ingests', async () => {
    const daemon = await aDesk().start(ALL)
    const after = await scraped(daemon.metricsUrl, 'newsdesk_lists_stale', value => value === 0)
    fires(after, after, [QUIET])
    await daemon.stop()
    fires(after, await scrape(daemon.metricsUrl ?? ''), ['NewsdeskDown'])
  })

  it('the alerts about stale lists, uncounted events and waiting or delayed jobs fire without daemons that do the work', async () => {
    const desk = aDesk()
    const queues = queuesOf(desk)
    const ago = Date.now() - 10 * MINUTE
    await queues.publish.add('latest', {}, { timestamp: ago })
    await queues.crawl.add('courier', {}, { delay: 2_000 * MINUTE })
    await redis.xadd(desk.keys.events(), `${ago}-0`, 'kind', 'view', 'article', 'a')
    const daemon = await desk.start(['crawl'])
    const after = await scraped(daemon.metricsUrl, 'newsdesk_event_lag_seconds', value => value > 0)
    fires(after, after, [...['NewsdeskListStale', 'NewsdeskEventLag', 'NewsdeskQueueAgeing', 'NewsdeskQueueDelayed']])
  })

  it('the alert about failing jobs fires if over a twentieth of the jobs of a queue fail', async () => {
    const desk = aDesk()
    const daemon = await desk.start(['articles', 'publish', 'scheduler'])
    const before = await scraped(daemon.metricsUrl, 'newsdesk_lists_stale', value => value === 0)
    await queuesOf(desk)[articlesQueue.queue].add('courier', { version: 1 })
    const after = await scraped(
      daemon.metricsUrl,
      'newsdesk_jobs_total{queue="articles",outcome="failed"}',
      value => value === 1,
    )
    fires(before, after, ['NewsdeskJobsFailing'])
  })

  it('the alert about late sources fires if over a tenth was due long ago', async () => {
    const desk = aDesk({
      sources: ['one', 'two'].map(id => ({ id, name: id, url: `http://127.0.0.1:1/${id}`, section: 'world' })),
    })
    const ago = Date.now() - 20 * MINUTE
    for (const id of ['one', 'two']) {
      await redis.zadd(desk.keys.due(), ago, id)
      await redis.hset(desk.keys.source(id as never), 'nextAt', ago)
    }
    const daemon = await desk.start(['publish'])
    const after = await scraped(daemon.metricsUrl, 'newsdesk_sources{state="late"}', value => value === 2)
    fires(after, after, ['NewsdeskSourcesLate', 'NewsdeskListStale'])
  })

  it('the alert about failing sources fires if over three tenths of them fail', async () => {
    const broken = await serve((_request, response) => response.writeHead(500).end())
    const desk = aDesk({
      sources: ['one', 'two'].map(id => ({ id, name: id, url: `${broken.url}/${id}`, section: 'world' })),
    })
    const daemon = await desk.start(ALL)
    await scraped(daemon.metricsUrl, 'newsdesk_lists_stale', value => value === 0)
    const failing = await scraped(daemon.metricsUrl, 'newsdesk_sources{state="failing"}', value => value === 2)
    fires(failing, failing, ['NewsdeskSourcesFailing'])
  })

  it('the alert about our own network fires if no domain can be reached', async () => {
    const desk = aDesk({
      sources: Array.from({ length: 8 }, (_, index) => ({
        ...{ id: `courier-${index}`, name: 'Courier', url: `http://127.0.0.${index + 10}:1/rss`, section: 'world' },
      })),
    })
    const daemon = await desk.start(ALL)
    await scraped(daemon.metricsUrl, 'newsdesk_lists_stale', value => value === 0)
    const after = await scraped(daemon.metricsUrl, 'newsdesk_network_down', value => value === 1)
    expect(firing(after, after)).toContain('NewsdeskNetworkDown')
    tested.add('NewsdeskNetworkDown')
  })

  it('the alert about events that do not count fires if most are refused', async () => {
    const desk = aDesk()
    const daemon = await desk.start(ALL)
    const before = await scraped(daemon.metricsUrl, 'newsdesk_lists_stale', value => value === 0)
    await post(daemon.httpUrl, { kind: 'view', article: 'unknown' })
    const after = await scraped(
      daemon.metricsUrl,
      'newsdesk_events_refused{reason="unknown-article"}',
      value => value === 1,
    )
    fires(before, after, ['NewsdeskEventsRefused'])
  })

  it('the alert about a story that is too large fires if it takes more of its section than stories.maxShare', async () => {
    const desk = aDesk()
    const daemon = await desk.start(ALL)
    await scraped(daemon.metricsUrl, 'newsdesk_lists_stale', value => value === 0)
    const { redis: connection, keys } = desk
    const large = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`a${index}`, '1']))
    await redis.zadd(keys.storyIndex('world' as never), Date.now(), 'story')
    await redis.hset(keys.storyMembers('story' as never), large)
    await measureStoryShares({ redis: connection, keys }, ['world' as never], 0.3)
    const after = await scraped(daemon.metricsUrl, 'newsdesk_story_share{section="world"}', value => value === 1)
    fires(after, after, ['NewsdeskStoryTooLarge'])
  })

  it('the alert about a list that differs fires after a check that found one', async () => {
    // A daemon checks one list in five minutes: here its metrics alone are told of the result.
    const metrics = createMetrics({ version: '0', now: Date.now, read: () => new Promise(() => undefined) })
    const before = await metrics.scrape()
    metrics.selfChecked(false)
    fires(before, await metrics.scrape(), ['NewsdeskListWrong', 'NewsdeskWithoutRedis'])
  })

  it('every shipped alert was tried', () => {
    const shipped = [...readFileSync('deploy/prometheus/alerts.yml', 'utf8').matchAll(/- alert: (\w+)/g)]
    expect(shipped.map(([, name = '']) => name).filter(name => !tested.has(name))).toEqual([])
  })
})
