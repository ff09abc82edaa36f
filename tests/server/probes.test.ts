import { describe, expect, it } from 'vitest'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { until } from '../support/until.ts'

const feed = await aFeed([{ title: 'Ferry treaty signed', published: new Date() }])
const desk = testDaemon({
  sources: [
    { id: 'courier', name: 'Courier', url: `${feed.url}/rss`, section: 'world' },
    { id: 'gone', name: 'Gone', url: 'http://127.0.0.1:9/rss', section: 'world' },
  ],
  settings: { metrics: { port: 0 } },
})
const daemon = await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events'])
const get = (path: string) => fetch(`${daemon.metricsUrl}${path}`)

/** Value of a series, 0 where there is none. */
const seriesIn = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find(line => line.startsWith(`${series} `))
      ?.slice(series.length + 1) ?? 0,
  )

describe('a process without an admin server', () => {
  it('a process without an admin server answers the probes for liveness and readiness', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'alive' })
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready' })
    expect((await get('/')).status).toBe(404)
  })

  it('a process without an admin server tells of a feed on its way to the lists, and of one that fails, naming neither', async () => {
    await until(
      () => desk.list('latest'),
      entries => entries.length === 1,
    )
    const response = await get('/metrics')
    expect(response.headers.get('content-type')).toContain('text/plain')
    const text = await until(
      async () => (await get('/metrics')).text(),
      seen =>
        seriesIn(seen, 'newsdesk_sources{state="failing"}') === 1 &&
        seriesIn(seen, 'newsdesk_sources{state="fresh"}') === 1 &&
        // Told when the job has ended, a settling time after the list can be read.
        seriesIn(seen, 'newsdesk_lists_total{outcome="written"}') > 0,
    )
    expect(seriesIn(text, 'newsdesk_articles_total{outcome="added"}')).toBe(1)
    expect(seriesIn(text, 'newsdesk_fetches_total{outcome="refused"}')).toBeGreaterThan(0)
    expect(seriesIn(text, 'newsdesk_publication_delay_seconds_count')).toBe(1)
    expect(seriesIn(text, 'newsdesk_daemons')).toBe(1)
    expect(text).toMatch(/newsdesk_list_age_seconds\{list="latest"\} \d/)
    expect(text).not.toMatch(/courier|127\.0\.0\.1|Ferry/)
  })

  it('a process without an admin server exports how many events wait, and for how long', async () => {
    await daemon.stop()
    const idle = await desk.start(['scheduler'])
    await desk.redis.xadd(desk.keys.events(), '*', 'kind', 'view', 'article', 'a')
    await desk.redis.xadd(desk.keys.events(), '*', 'kind', 'view', 'article', 'b')
    const text = await until(
      async () => (await fetch(`${idle.metricsUrl}/metrics`)).text(),
      seen => seriesIn(seen, 'newsdesk_events_waiting') === 2,
    )
    expect(seriesIn(text, 'newsdesk_event_lag_seconds')).toBeGreaterThan(0)
  })
})
