import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import type { FeedItemSketch } from '../support/http.ts'
import { until } from '../support/until.ts'

const source = (id: string, url: string) => ({ id, name: id, url, section: 'world' })
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

/** A feed and its desk, started, with so many articles in latest. */
const published = async (items: FeedItemSketch[], settings: Record<string, Record<string, unknown>> = {}) => {
  const feed = await aFeed(items)
  const desk = testDaemon({ sources: [source('courier', `${feed.url}/rss`)], settings })
  const daemon = await desk.start()
  onTestFinished(() => daemon.stop())
  await until(
    () => desk.list('latest'),
    entries => entries.length === items.length,
  )
  const field = (name: string) => desk.redis.hget(desk.keys.source('courier'), name)
  /** Another edition, and then until it was read and taken in. */
  const edition = async (next: FeedItemSketch[]) => {
    const before = await field('etag')
    feed.state.items = next
    await until(
      () => field('etag'),
      etag => etag !== null && etag !== before,
    )
  }
  return { ...desk, field, edition }
}

/** So unlike one another that no two make a story. */
const apart: FeedItemSketch[] = [
  { title: 'Ferry treaty signed by harbour ministers', path: 'ferry', published: minutesAgo(10) },
  { title: 'Orchestra plays Mahler in the stadium', path: 'mahler', published: minutesAgo(20) },
  { title: 'Volcano wakes beneath glacier', path: 'volcano', published: minutesAgo(30) },
  { title: 'Bakers strike over flour prices', path: 'bakers', published: minutesAgo(40) },
]

describe('a corrected headline', () => {
  it('a corrected headline replaces the old one in every list, with the same id, counts, rank and story, even if the URL changed too', async () => {
    const before: FeedItemSketch = {
      title: 'Mayor of Port Ellin resings',
      path: 'mayor-of-port-ellin-resings',
      guid: 'courier-4711',
      published: minutesAgo(15),
    }
    const desk = await published([...apart, before], {
      lists: { minEntries: 1, relatedMinEntries: 1, minVisitors: 1, refresh: '30m' },
    })
    const client = createClient(desk.redis, { prefix: desk.keys.prefix })
    const mayor = (await desk.list('latest')).find(({ title }) => title === before.title)
    const id = mayor?.id ?? ''
    await client.events.report({ kind: 'view', article: id, visitor: 'a' })
    await until(async () => (await desk.redis.hget(desk.keys.article(id), 'views')) === '1')
    const others = (await desk.list('latest')).filter(each => each.id !== id).map(each => `related:${each.id}`)
    const showing = await until(
      async () => {
        const lists = await Promise.all(others.map(async name => [name, await desk.list(name)] as const))
        return lists.filter(([, entries]) => entries.some(entry => entry.id === id)).map(([name]) => name)
      },
      names => names.length > 0,
    )

    const after = {
      ...before,
      title: 'Mayor of Port Ellin resigns',
      path: 'mayor-of-port-ellin-resigns',
      published: new Date(),
    }
    await desk.edition([after, ...apart])
    for (const name of ['latest', 'latest:world', 'must-reads', 'most-read:now', 'most-read:week:world', ...showing]) {
      const entries = await until(
        () => desk.list(name),
        list => list.some(({ title }) => title === after.title),
      )
      expect(entries.find(({ title }) => title === after.title)).toMatchObject({ id, counts: { views: 1 } })
      expect(entries.some(({ title }) => title === before.title)).toBe(false)
    }
    const latest = await desk.list('latest')
    expect(latest.map(each => each.id).indexOf(id)).toBe(1)
    expect(latest).toHaveLength(5)
    expect(latest[1]).toMatchObject({
      publishedAt: mayor?.publishedAt,
      url: 'https://courier.example/mayor-of-port-ellin-resigns',
    })

    // Reads reported under either URL are its own.
    await client.events.report([
      { kind: 'view', article: 'https://courier.example/mayor-of-port-ellin-resings', visitor: 'b' },
      { kind: 'view', article: 'https://courier.example/mayor-of-port-ellin-resigns', visitor: 'c' },
    ])
    await until(async () => (await desk.redis.hget(desk.keys.article(id), 'views')) === '3')
  })

  it('a corrected headline creates no new article if the guid is derived from the headline', async () => {
    const item = (title: string, guid: string): FeedItemSketch => ({
      title,
      guid,
      path: '4711',
      published: minutesAgo(15),
    })
    const desk = await published([...apart, item('Mayor of Port Ellin resings', 'mayor-of-port-ellin-resings')])
    await desk.edition([item('Mayor of Port Ellin resigns', 'mayor-of-port-ellin-resigns'), ...apart])
    const latest = await until(
      () => desk.list('latest'),
      list => list.some(({ title }) => title.endsWith('resigns')),
    )
    expect(latest).toHaveLength(5)
    expect(await desk.field('newItems')).toBe('5')
  })
})

describe('a feed that alternates good and bad guids', () => {
  it.each([
    ['blank', () => ''],
    ['all the same', () => 'courier'],
    ['others each time', (n: number, edition: number) => `${edition}-${n}`],
    ['missing', () => null],
  ])(
    'a feed that alternates between good and bad guids (%s) brings no old item back as new, neither at a switch nor later',
    async (_, bad) => {
      const good = apart.map((item, n) => ({ ...item, guid: `g${n}` }))
      const desk = await published(good)
      await desk.edition(apart.map((item, n) => ({ ...item, guid: bad(n, 1) })))
      await desk.edition([{ title: 'Comet seen over desert observatory', path: 'comet', guid: 'g9' }, ...good])
      await until(
        () => desk.list('latest'),
        list => list.length === 5,
      )
      await desk.edition(apart.map((item, n) => ({ ...item, guid: bad(n, 2) })))
      expect(await desk.field('newItems')).toBe('5')
      expect(await desk.redis.xlen(desk.keys.storyLog())).toBe(5)
      expect((await desk.list('latest')).map(({ title }) => title)).toEqual([
        'Comet seen over desert observatory',
        ...apart.map(({ title }) => title),
      ])
    },
  )
})

describe('a feed whose guids are only positions in the feed', () => {
  it('a feed whose guids are only positions in the feed loses no new item to an old one', async () => {
    const numbered = (items: FeedItemSketch[]) => items.map((item, n) => ({ ...item, guid: `${n + 1}` }))
    const desk = await published(numbered(apart))
    await desk.edition(numbered([{ title: 'Comet seen over desert observatory', path: 'comet' }, ...apart]))
    const latest = await until(
      () => desk.list('latest'),
      list => list.length === 5,
    )
    expect(latest.map(({ title }) => title)).toEqual([
      'Comet seen over desert observatory',
      ...apart.map(({ title }) => title),
    ])
  })
})

describe('a feed without dates', () => {
  it('a feed without dates keeps its order in the list latest', async () => {
    const undated = apart.map(item => ({ ...item, published: null }))
    const desk = await published(undated)
    expect((await desk.list('latest')).map(({ title }) => title)).toEqual(apart.map(({ title }) => title))
    await desk.edition([{ title: 'Comet seen over desert observatory', path: 'comet', published: null }, ...undated])
    const latest = await until(
      () => desk.list('latest'),
      list => list.length === 5,
    )
    expect(latest[0]?.title).toBe('Comet seen over desert observatory')
  })
})

describe('a feed with dates in the future', () => {
  it('a feed mostly dated in the future gets first-seen times for all its items; a single future item is clamped alone', async () => {
    const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000)
    const early = apart.map((item, n) => ({ ...item, published: n === 3 ? minutesAgo(600) : inHours(4 - n) }))
    const desk = await published(early)
    const times = (await desk.list('latest')).map(({ publishedAt }) => Date.parse(String(publishedAt)))
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now())
    // The one of ten hours ago too: nothing says which of its dates are right.
    expect(Math.min(...times)).toBeGreaterThan(Date.now() - 5 * 60_000)
    expect((await desk.list('latest')).map(({ title }) => title)).toEqual(apart.map(({ title }) => title))

    const outlier = await published([{ ...(apart[0] as FeedItemSketch), published: inHours(9) }, ...apart.slice(1)])
    const latest = await outlier.list('latest')
    expect(latest.slice(1).map(({ publishedAt }) => publishedAt)).toEqual(
      apart.slice(1).map(({ published: at }) => `${at?.toISOString().slice(0, 19)}.000Z`),
    )
  })
})

describe('a publisher that ends its titles with its name', () => {
  it("a publisher's name at the end of its titles is not shown, and learning it makes no item new", async () => {
    const named = (items: FeedItemSketch[]) =>
      items.map((item, n) => ({ ...item, path: `${n}${item.path}`, title: `${item.title} | Harbour Wire` }))
    const more = ['Comet seen over desert observatory', 'Chess champion resigns title'].map(title => ({
      ...{ title, path: title.slice(0, 5), published: minutesAgo(50) },
    }))
    // Four prove nothing yet.
    const desk = await published(named(apart))
    expect((await desk.list('latest'))[0]?.title).toContain('| Harbour Wire')
    await desk.edition(named([...apart, ...more]))
    const latest = await until(
      () => desk.list('latest'),
      list => list.length === 6,
    )
    expect(latest.map(({ title }) => title).filter(title => more.some(each => each.title === title))).toHaveLength(2)
    expect(await desk.field('newItems')).toBe('6')
    await desk.edition(named([...apart, ...more]).reverse())
    expect(await desk.field('newItems')).toBe('6')
  })
})
