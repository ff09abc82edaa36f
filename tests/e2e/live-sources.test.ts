import { beforeAll, describe, expect, it } from 'vitest'
import { openQueues } from '../../src/queues/open-queues.ts'
import { addScheduledCrawls } from '../../src/queues/queues.ts'
import { createTokens } from '../../src/server/admin/auth/tokens.ts'
import { PASSWORD, setUp } from '../support/admin.ts'
import { sourceId } from '../support/articles.ts'
import { aBrowser, CHROMIUM } from '../support/browser.ts'
import { testDaemon } from '../support/daemon.ts'
import { rss, serve } from '../support/http.ts'
import { aHub } from '../support/hub.ts'
import { until } from '../support/until.ts'

const hub = await aHub()
const feed = await serve((request, response) => {
  const path = request.url ?? ''
  if (path === '/page')
    return response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<link rel="alternate" type="application/rss+xml" href="/found">')
  const link = path === '/pushed' ? { link: `<${hub.url}>; rel="hub", <${feed.url}/pushed>; rel="self"` } : {}
  response
    .writeHead(200, { 'content-type': 'application/rss+xml', ...link })
    .end(rss([{ title: `The only story of ${path}` }], `https://${path.slice(1)}.example`))
})
const polls = (path: string): number => feed.requests.filter(request => request.path === path).length
const named = (id: string, more: object = {}) => ({ id, name: id, url: `${feed.url}/${id}`, section: 'world', ...more })
const desk = testDaemon({
  sources: [named('courier'), named('pushed'), named('gazette'), named('herald'), named('idle', { enabled: false })],
  settings: { crawl: { hostConcurrency: 16 } },
})
const queues = openQueues(desk.redis.duplicate({ maxRetriesPerRequest: null }), desk.keys)
const browser = aBrowser()
let url: string
let headers: Record<string, string>
let reload: () => Promise<void>

beforeAll(async () => {
  const daemon = await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin'])
  url = await setUp(daemon)
  const { token } = await createTokens({ ...desk, now: Date.now }).add('admin', 'admin', null)
  headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
  const { settings } = desk.config
  reload = () => daemon.reload({ ...desk.config, settings: { ...settings, push: { ...settings.push, baseUrl: url } } })
  await until(() => ['courier', 'pushed', 'gazette', 'herald'].every(id => polls(`/${id}`) > 0))
}, 60_000)

const send = async (path: string, fields: [string, string][] | FormData) => {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields)
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body, redirect: 'manual' })
  return (await answer.json()) as Record<string, unknown>
}
const act = (what: string, ...ids: string[]) =>
  send('/sources/-/act', [['do', what], ['which', 'ticked'], ...ids.map((id): [string, string] => ['id', id])])
/** As long as another is polled so many times: what is polled at all is polled as well. */
const whileCourierIsPolled = async (times: number): Promise<void> => {
  const before = polls('/courier')
  await until(() => polls('/courier') >= before + times)
}
/** What was under way has ended after some polls of another; from then on it is asked for no more. */
const isLeftAlone = async (path: string): Promise<void> => {
  await whileCourierIsPolled(2)
  const before = polls(path)
  await whileCourierIsPolled(4)
  expect(polls(path)).toBe(before)
}

describe('a source changed in the admin pages of a running daemon', () => {
  it('a source added in the admin pages is fetched by a running daemon without a restart', async () => {
    const { token } = await send('/sources/-/find', [['url', `${feed.url}/page`]])
    const before = polls('/found')
    const { added } = await send('/sources/-/add', [
      ['token', String(token)],
      ['pick', '0'],
    ])
    expect(added).toHaveLength(1)
    await until(() => polls('/found') > before + 1)
    await until(
      () => desk.list('latest'),
      entries => entries.some(({ title }) => title === 'The only story of /found'),
    )
  })

  it('a source paused in the admin pages is not fetched, not even by a queued crawl, until it is resumed', async () => {
    await act('pause', 'gazette')
    await isLeftAlone('/gazette')
    expect(await desk.redis.zscore(desk.keys.due(), 'gazette')).toBeNull()

    const before = polls('/gazette')
    await addScheduledCrawls(queues, [sourceId('gazette'), sourceId('idle')])
    const left = await until(
      async () =>
        (await queues.crawl.getCompleted(0, -1)).filter(({ returnvalue }) => returnvalue?.outcome === 'skipped'),
      found => new Set(found.map(({ data }) => data.sourceId)).size >= 2,
    )
    // One that fell due before the pause may have been left as well.
    expect([...new Set(left.map(({ data }) => data.sourceId))].toSorted()).toEqual(['gazette', 'idle'])
    expect([polls('/gazette'), polls('/idle')]).toEqual([before, 0])

    await act('resume', 'gazette')
    await until(() => polls('/gazette') > before + 1)
  })

  it('a paused source is fetched once if someone requests a crawl by hand', async () => {
    await send('/sources/idle/crawl', [])
    await until(() => polls('/idle') === 1)
    await isLeftAlone('/idle')
  })

  it('a source removed in the admin pages is not fetched again, and its state is deleted', async () => {
    await act('remove', 'herald')
    await isLeftAlone('/herald')
    expect(await desk.redis.zscore(desk.keys.due(), 'herald')).toBeNull()
    expect(await desk.redis.exists(desk.keys.source(sourceId('herald')), desk.keys.seen(sourceId('herald')))).toBe(0)
    expect(await queues.crawl.getFailedCount()).toBe(0)
  })

  it('a source is unsubscribed from its hub when paused or removed, and subscribed again when resumed', async () => {
    hub.topics.set(`${feed.url}/pushed`, rss([]))
    await reload()
    await until(() => hub.subscribers() === 1)
    await act('pause', 'pushed')
    await until(() => hub.subscribers() === 0)
    await act('resume', 'pushed')
    await until(() => hub.subscribers() === 1)
    await act('remove', 'pushed')
    await until(() => hub.subscribers() === 0)
  })

  it.skipIf(CHROMIUM === undefined)('a source is paused and resumed by clicks in a browser', async () => {
    const page = await (await browser()).newPage()
    await page.goto(`${url}/login`)
    await page.getByLabel('User').fill('admin')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Log in' }).click()
    const ask = async (what: string): Promise<void> => {
      await page.goto(`${url}/sources/-/confirm?do=${what}&which=ticked&id=gazette`)
      await page.getByRole('button', { name: new RegExp(what, 'i') }).click()
      await page.waitForURL(/\/sources\?|\/sources$/)
    }
    await ask('pause')
    await isLeftAlone('/gazette')
    const before = polls('/gazette')
    await ask('resume')
    await until(() => polls('/gazette') > before)
  })

  it('a source added in the admin pages is fetched even if five hundred others were imported with it', async () => {
    const paths = Array.from({ length: 501 }, (_, place) => `/import-${place}`)
    const outlines = paths.map(path => `<outline text="${path}" type="rss" xmlUrl="${feed.url}${path}"/>`)
    const upload = new FormData()
    upload.set('text', `<opml version="2.0"><body>${outlines.join('')}</body></opml>`)
    upload.set('section', 'world')
    const { token } = await send('/sources/-/import', upload)
    const { added } = await send('/sources/-/add', [
      ['token', String(token)],
      ['pick', 'all'],
    ])
    expect(added).toHaveLength(501)
    await until(
      () => desk.redis.zcard(desk.keys.due()),
      count => count >= 501,
    )
    // The first fetches are spread; that there are many says enough.
    const asked = () => new Set(feed.requests.flatMap(({ path }) => (path.startsWith('/import-') ? path : []))).size
    await until(asked, count => count >= 50, { timeout: 120_000, every: 500 })
  }, 180_000)
})
