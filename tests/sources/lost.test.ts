import { describe, expect, it } from 'vitest'
import { release } from '../../jobs/retry-quarantined.ts'
import { createLostArticles } from '../../src/articles/lost.ts'
import { createArticleStore } from '../../src/articles/redis-store.ts'
import { Settings } from '../../src/config/schema.ts'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import { Source } from '../../src/domain/source.ts'
import type { Identified } from '../../src/feeds/identity.ts'
import type { ArticlesData } from '../../src/queues/ingest.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { formatSeenItem } from '../../src/sources/items/unstable-ids.ts'
import { createSources } from '../../src/sources/store/sources.ts'
import { NOON, sourceId, testLabels } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys: all } = testRedis()
const DAY = 86_400_000
const today = Math.floor(NOON / DAY)
const courier = sourceId('courier')
const ARTICLE = 'aaaaaaaaaaaaaaaa' as ArticleId
const articles = Settings.parse({}).articles
let desks = 0

/** A source of which one item is remembered, and the sources as a process sees them that knows a body of data. */
const testDaemon = async ({ first = today }: { first?: number | null } = {}) => {
  desks += 1
  const keys = keysFor(`${all.prefix}-${desks}`)
  const archive = createArticleStore({
    ...{ redis, keys },
    retention: () => articles.retention,
    poolSize: () => 2_000,
    findWeight: () => 1,
    labels: testLabels,
    findParent: () => undefined,
  })
  const origin = { token: '' }
  const sources = createSources({
    ...{ redis, keys },
    catalogue: () => [],
    settings: () => CrawlSettings.parse({}),
    dataSet: () => origin.token,
    lost: createLostArticles({ redis, keys, archive, retention: () => articles.retention, now: () => NOON }),
    now: () => NOON,
  })
  await redis.hset(
    keys.seen(courier),
    'k',
    formatSeenItem({ fingerprint: 'f', day: today, article: ARTICLE, ...(first === null ? {} : { first }) }),
  )
  return { keys, origin, sources }
}
const item = (published: number | null): Identified => ({
  ...{ key: 'k', also: [], headlined: false, fingerprint: 'f' },
  item: {
    ...{ id: 'k', link: 'https://courier.example/k', title: 'K', summary: null, author: null, image: null },
    ...{ categories: [], language: null, updated: null },
    published: published === null ? null : new Date(published).toISOString(),
  },
})
const fresh = NOON - 60_000
const anItemAsQueued = {
  ...{ key: 'k', also: [], headlined: false, fingerprint: 'f', place: 0 },
  item: item(fresh).item,
}

describe('a remembered item whose article was lost', () => {
  it('a remembered item whose article was lost is ingested again', async () => {
    const { sources } = await testDaemon()
    for (const published of [fresh, null])
      expect(await sources.unseen(courier, [item(published)])).toMatchObject([{ isNew: true, isLost: true }])
  })

  it('a remembered item is not ingested again if its article exists, or another that its id leads to', async () => {
    const { sources, keys } = await testDaemon()
    await redis.hset(keys.article('bbbbbbbbbbbbbbbb'), 'url', 'x')
    await redis.set(keys.alias(ARTICLE), 'bbbbbbbbbbbbbbbb')
    expect(await sources.unseen(courier, [item(fresh)])).toEqual([])
    await redis.del(keys.alias(ARTICLE))
    await redis.hset(keys.article(ARTICLE), 'url', 'x')
    expect(await sources.unseen(courier, [item(fresh)])).toEqual([])
  })

  it('a remembered item is not ingested again if its article was evicted', async () => {
    const { sources, keys } = await testDaemon({ first: today - 3 })
    await redis.hset(keys.eviction(), 'horizon', NOON - 2 * DAY)
    for (const published of [NOON - 3 * DAY, fresh, null])
      expect(await sources.unseen(courier, [item(published)])).toEqual([])
  })

  it('a remembered item is not ingested again if its article expired, whatever its date', async () => {
    const old = Math.floor((NOON - articles.retention) / DAY)
    for (const first of [old, old + 1, null]) {
      const { sources } = await testDaemon({ first })
      for (const published of [fresh, null]) expect(await sources.unseen(courier, [item(published)])).toEqual([])
    }
    const { sources } = await testDaemon()
    expect(await sources.unseen(courier, [item(NOON - articles.retention)])).toEqual([])
  })
})

describe('remembered items from before Redis came back empty', () => {
  it('remembered items from before Redis came back empty are forgotten before the next fetch, with the validators', async () => {
    const { sources, keys, origin } = await testDaemon()
    await redis.hset(keys.source(courier), { etag: '"x"', fetches: 7 })
    const before = await sources.state(courier)
    expect(await sources.renewed(courier, before)).toBe(before)
    origin.token = 'another'
    expect(await sources.renewed(courier, before)).toMatchObject({ validators: null, dataSet: 'another', fetches: 7 })
    expect(await redis.exists(keys.seen(courier))).toBe(0)
    expect(await sources.state(courier)).toMatchObject({ validators: null, dataSet: 'another', fetches: 7 })
  })

  it('remembered items from before Redis came back empty are not restored by a batch or a crawl that was under way', async () => {
    const { sources, keys, origin } = await testDaemon()
    origin.token = 'another'
    await sources.renewed(courier, await sources.state(courier))
    const mark = { key: 'k', also: [], fingerprint: 'f', article: ARTICLE }
    await sources.markSeen(courier, { id: 'c', batch: 0, batches: 1, origin: 'one' }, [mark])
    await sources.succeeded(courier, {
      validators: { etag: '"x"', lastModified: null, bodyHash: null },
      ...{ itemHashes: ['s'], published: [], carried: 1, newItems: 0, hints: {}, freshFor: null, movedTo: null },
      ...{ hasUnstableIds: false, title: null, dataSet: 'one' },
    })
    expect(await redis.exists(keys.seen(courier), keys.itemHashes(courier))).toBe(0)
    expect((await sources.state(courier)).validators).toBeNull()
    await sources.markSeen(courier, { id: 'c', batch: 0, batches: 1, origin: 'another' }, [mark])
    expect(await redis.hlen(keys.seen(courier))).toBe(1)
  })

  it('items that were held before Redis came back empty are remembered once they are released', async () => {
    const { sources, origin } = await testDaemon()
    origin.token = 'another'
    await sources.renewed(courier, await sources.state(courier))
    const about = { fetchedAt: NOON, trustsDates: true, language: null }
    await sources.quarantine.held.add(courier, [{ key: 'k', item: anItemAsQueued, about }])
    const source = Source.parse({
      id: 'courier',
      name: 'Courier',
      url: 'https://courier.example/rss',
      section: 'world',
    })
    const queued: ArticlesData[] = []
    const settings = () => Settings.parse({})
    await release(source, {
      sources,
      settings,
      addArticles: async all => void queued.push(...all.map(({ data }) => data)),
    })
    expect(queued.map(({ crawl }) => crawl.origin)).toEqual(['another'])
  })
})
