import { describe, expect, it } from 'vitest'
import { crawl } from '../../jobs/crawl.ts'
import { articles } from '../../jobs/ingest.ts'
import { refuseMove } from '../../jobs/retry-quarantined.ts'
import type { Source } from '../../src/domain/source.ts'
import { sourceId } from '../support/articles.ts'
import { aFeed } from '../support/feed.ts'
import { type FeedItemSketch, rss, serve } from '../support/http.ts'
import { aJobDesk } from '../support/jobs.ts'
import { until } from '../support/until.ts'

const courier = sourceId('courier')
const titles = ['Ferry treaty signed', 'Bridge reopens', 'Bank keeps its rate', 'Glacier calves', 'Mayor resigns']
const items = titles.map(title => ({ title, published: new Date('2026-05-04T10:00:00Z') }))
const scheduled = { sourceId: courier, trigger: 'schedule' }
const manual = { sourceId: courier, trigger: 'manual' }

describe('a crawl', () => {
  it('a crawl queues the new items of a feed in batches of the configured size, in the order of the feed', async () => {
    const feed = await aFeed(items)
    const desk = aJobDesk({ courier: feed.url }, { batch: 2 })
    expect(await desk.run(crawl, scheduled)).toMatchObject({ outcome: 'changed', items: 5, new: 5, edited: 0 })
    const batches = await desk.batches()
    const inOrder = batches.toSorted((one, other) => one.crawl.batch - other.crawl.batch)
    expect(inOrder.map(({ items }) => items.map(({ item }) => item.title))).toEqual([
      titles.slice(0, 2),
      titles.slice(2, 4),
      titles.slice(4),
    ])
    expect(new Set(inOrder.map(({ crawl: { id, batches: of } }) => `${id} of ${of}`)).size).toBe(1)
    expect(inOrder.map(({ items }) => items.map(({ place }) => place))).toEqual([[0, 1], [2, 3], [4]])
  })

  it('a crawl that is repeated before its items are ingested queues no batch twice', async () => {
    const feed = await aFeed(items)
    const desk = aJobDesk({ courier: feed.url }, { batch: 2 })
    await desk.run(crawl, scheduled)
    const before = await desk.batches()
    expect(await desk.run(crawl, manual)).toMatchObject({ outcome: 'changed', new: 5 })
    expect(await desk.batches()).toEqual(before)
    expect(before).toHaveLength(3)
  })

  it('a crawl requested by hand fetches the whole feed again, even if its validators say that nothing changed', async () => {
    const feed = await aFeed([])
    const desk = aJobDesk({ courier: feed.url })
    await desk.run(crawl, scheduled)
    desk.clock.now += 3_600_000
    expect(await desk.run(crawl, scheduled)).toMatchObject({ outcome: 'unchanged', status: 304 })
    expect(await desk.run(crawl, manual)).toMatchObject({ outcome: 'changed', status: 200 })
    expect(await desk.queues.articles.getWaitingCount()).toBe(0)
  })

  it('a crawl of a document that was cut off asks for all of it again next time, and gets what was missing', async () => {
    const whole = rss(items)
    let length = whole.lastIndexOf('Mayor') + 5
    const server = await serve((request, response) => {
      if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end()
      else response.writeHead(200, { etag: '"v1"', 'content-type': 'application/rss+xml' }).end(whole.slice(0, length))
    })
    const desk = aJobDesk({ courier: server.url })
    expect(await desk.run(crawl, scheduled)).toMatchObject({ new: 4 })
    const [batch] = await desk.batches()
    await desk.run(articles, batch)
    length = whole.length
    desk.clock.now += 3_600_000
    expect(await desk.run(crawl, scheduled)).toMatchObject({ outcome: 'changed', new: 1 })
  })

  it('a crawl of a paused source is skipped if scheduled, and run if requested by hand', async () => {
    const feed = await aFeed([{ title: 'Ferry treaty signed' }])
    const desk = aJobDesk({ courier: feed.url })
    await desk.catalogue.setEnabled([courier], false)
    expect(await desk.run(crawl, scheduled)).toMatchObject({ outcome: 'skipped' })
    expect(feed.requests).toEqual([])
    expect(await desk.run(crawl, manual)).toMatchObject({ outcome: 'changed', new: 1 })
  })

  it('a crawl by hand of an unknown source fails, and says where to look for valid ones', async () => {
    const desk = aJobDesk({})
    await expect(desk.run(crawl, manual)).rejects.toThrow('no source "courier": `newsdesk sources` lists them')
    expect(await desk.run(crawl, scheduled)).toMatchObject({ outcome: 'skipped' })
  })

  it('a crawl that gets a web page instead of a feed fails with the time of the next try, and quarantines the page', async () => {
    const page = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Maintenance</title>'),
    )
    const desk = aJobDesk({ courier: page.url })
    await expect(desk.run(crawl, scheduled)).rejects.toThrow(/^not-a-feed: .*\(next 2026-05-04T/)
    expect((await desk.sources.state(courier)).failures).toBeGreaterThan(0)
    expect(await desk.sources.quarantine.bodies(courier)).toMatchObject([{ contentType: 'text/html' }])
    expect(await desk.queues.articles.getWaitingCount()).toBe(0)
  })

  it('a crawl holds no items of a domain that is refused while the crawl fetches them', async () => {
    const going: (() => void)[] = []
    let isMoved = false
    const server = await serve((request, response) => {
      const name = String(request.headers.host).split('.')[0]
      const answer = (some: FeedItemSketch[]) =>
        response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(some, `https://${name}.example`))
      if (name === 'courier' && isMoved) response.writeHead(301, { location: at('spam') }).end()
      else if (name === 'courier') answer(items)
      else if (going.length === 0) going.push(() => answer([{ title: 'Miracle pills' }]))
      else answer([{ title: 'Win a cruise' }])
    })
    const at = (name: string) => `http://${name}.localhost:${new URL(server.url).port}/rss`
    const desk = aJobDesk({ courier: at('courier') })
    const source = desk.sources.get(courier) as Source // its only one
    await desk.run(crawl, scheduled)
    isMoved = true
    going.push(() => undefined)
    expect(await desk.run(crawl, manual)).toMatchObject({ outcome: 'held', held: 1 })
    going.length = 0
    const running = desk.run(crawl, manual)
    await until(() => going.length > 0)
    expect(await refuseMove(source, desk)).toMatchObject({ kind: 'refused', items: 1 })
    going[0]?.()
    expect(await running).toMatchObject({ outcome: 'held', held: 0 })
    expect(await desk.sources.quarantine.held.read(courier)).toEqual([])
    expect((await desk.sources.state(courier)).places).toMatchObject({ held: null, refused: [expect.any(String)] })
  })

  it('a crawl frees the domain of its publisher for others, whatever its outcome', async () => {
    const feed = await aFeed([{ title: 'Ferry treaty signed' }])
    const broken = await serve((_, response) => response.writeHead(500).end())
    for (const { url, requests } of [feed, broken]) {
      const desk = aJobDesk({ courier: url })
      for (const _ of [1, 2]) await desk.run(crawl, manual).catch(() => undefined) // the broken one fails
      expect(requests).toHaveLength(2)
    }
  })
})
