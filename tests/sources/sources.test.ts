import { describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { Source, type SourceId } from '../../src/domain/source.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { withRefused, withTrusted } from '../../src/sources/state/places.ts'
import { createSources } from '../../src/sources/store/sources.ts'
import { NOON } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const settings = CrawlSettings.parse({})
let run = 0

const aSource = (id: string, more = {}): Source =>
  Source.parse({ id, name: id, url: `https://${id}.example/rss`, section: 'world', ...more })

/** Sources of their own for each test, with a clock that is moved by hand. */
const aCatalogue = (...ids: string[]) => aCatalogueWith(settings, ...ids)
const aCatalogueWith = (settings: CrawlSettings, ...ids: string[]) => {
  const clock = { now: NOON }
  const state = { sources: ids.map(id => aSource(id)) }
  const own = keysFor(`${keys.prefix}-${run++}`)
  const make = () =>
    createSources({ redis, keys: own, catalogue: () => state.sources, settings: () => settings, now: () => clock.now })
  return { sources: make(), another: make(), clock, state, keys: own }
}
const id = (name: string) => name as SourceId
const item = (key: string, fingerprint = 'f1') => ({
  key,
  also: [],
  headlined: false,
  fingerprint,
  item: {} as never,
  article: null,
})

describe('the places of a source', () => {
  it('changes to the places of a source add up, however many come at once', async () => {
    const { sources, another } = aCatalogue('a')
    const source = aSource('a')
    const names = Array.from({ length: 10 }, (_, index) => `paper${index}.example`)
    await Promise.all(
      names.map((name, index) =>
        (index % 2 ? sources : another).changePlaces(source, places => withTrusted(places, `https://${name}/rss`)),
      ),
    )
    expect((await sources.state(id('a'))).places.trusted.toSorted()).toEqual(names)
  })

  it('the places of a source are read again where Redis was emptied between reading and writing', async () => {
    const { sources, keys: own } = aCatalogue('a')
    const source = aSource('a')
    await sources.changePlaces(source, places => withRefused(places, 'https://casino.example/rss'))
    let tries = 0
    await sources.changePlaces(source, places => {
      tries++
      if (tries === 1) void redis.del(own.source(id('a')))
      return { ...places, refused: [...places.refused, 'spam.example'] }
    })
    expect(tries).toBe(2)
    expect((await sources.state(id('a'))).places.refused).toEqual(['spam.example'])
  })
})

describe('a fetch that ends after Redis was emptied', () => {
  it('a fetch that ends after Redis was emptied leaves the source as one never fetched', async () => {
    const { sources, keys: own } = aCatalogue('a')
    await sources.sync()
    const before = { ...(await sources.state(id('a'))), dataSet: 'of before' }
    await redis.del(own.source(id('a')))
    await sources.unchanged(id('a'), null, before)
    expect(await redis.hgetall(own.source(id('a')))).toEqual({})
  })
})

describe('due sources', () => {
  it('due sources are given to one process each, and to another if that one dies', async () => {
    const { sources, another, clock } = aCatalogue('a', 'b', 'c', 'd')
    await sources.sync()
    clock.now += 10 * 60_000
    const [one, two] = await Promise.all([sources.claimDue(10), another.claimDue(10)])
    expect([...one, ...two].sort()).toEqual(['a', 'b', 'c', 'd'])
    expect(await sources.claimDue(10)).toEqual([])
    clock.now += 6 * 60_000
    expect(await sources.claimDue(10)).toHaveLength(4)
  })

  it('due sources follow the catalogue: new ones are included, removed and disabled ones are not', async () => {
    const { sources, state, clock } = aCatalogue('a', 'b')
    expect(await sources.sync()).toEqual({ added: 2, removed: 0 })
    state.sources = [aSource('a', { enabled: false }), aSource('c')]
    expect(await sources.sync()).toEqual({ added: 1, removed: 2 })
    clock.now += 10 * 60_000
    expect(await sources.claimDue(10)).toEqual(['c'])
  })

  it('due sources do not include a removed one, even if a fetch of it was under way', async () => {
    const { sources, state, keys: own } = aCatalogue('a')
    await sources.sync()
    state.sources = []
    await sources.sync()
    await sources.unchanged(id('a'), null)
    expect(await redis.zcard(own.due())).toBe(0)
  })
})

describe('items of a source', () => {
  it('items of a source are new once, and edited items are told apart from new ones', async () => {
    const { sources } = aCatalogue('a')
    const crawl = { id: 'c1', batch: 0, batches: 1 }
    expect(await sources.unseen(id('a'), [item('1'), item('2')])).toMatchObject([{ isNew: true }, { isNew: true }])
    await sources.markSeen(id('a'), crawl, [item('1'), item('2')])
    expect(await sources.unseen(id('a'), [item('1'), item('2', 'f2'), item('3')])).toMatchObject([
      { key: '2', isNew: false },
      { key: '3', isNew: true },
    ])
  })

  it('a crawl commits the validators and the parse cache only with its last batch of items', async () => {
    const { sources } = aCatalogue('a')
    await sources.prepare(id('a'), 'c1', { etag: '"x"', lastModified: null, bodyHash: 'h' }, ['s1', 's2'])
    await sources.markSeen(id('a'), { id: 'c1', batch: 0, batches: 2 }, [item('1')])
    await sources.markSeen(id('a'), { id: 'c1', batch: 0, batches: 2 }, [item('1')])
    expect((await sources.state(id('a'))).validators).toBeNull()
    expect(await sources.itemHashes(id('a'))).toEqual(new Set())
    await sources.markSeen(id('a'), { id: 'c1', batch: 1, batches: 2 }, [item('2')])
    expect((await sources.state(id('a'))).validators).toEqual({ etag: '"x"', lastModified: null, bodyHash: 'h' })
    expect(await sources.itemHashes(id('a'))).toEqual(new Set(['s1', 's2']))
  })

  it('items of a crawl that was overtaken by a later one commit nothing', async () => {
    const { sources } = aCatalogue('a')
    await sources.prepare(id('a'), 'c1', { etag: '"old"', lastModified: null, bodyHash: 'h' }, null)
    await sources.prepare(id('a'), 'c2', { etag: '"new"', lastModified: null, bodyHash: 'h' }, null)
    await sources.markSeen(id('a'), { id: 'c1', batch: 0, batches: 1 }, [item('1')])
    expect((await sources.state(id('a'))).validators).toBeNull()
  })
})

describe('the outcome of a fetch', () => {
  it('the outcome of a fetch is stored with the reason, and one success resets the failures', async () => {
    const { sources, clock } = aCatalogue('a')
    await sources.sync()
    for (let times = 0; times < 3; times += 1)
      await sources.failed(id('a'), { reason: 'status', detail: 'the server answered 500' })
    const failing = await sources.state(id('a'))
    expect(failing).toMatchObject({ status: 'failing', failures: 3, lastError: { reason: 'status' } })
    expect(failing.nextReason).toContain('failed 3 times in a row')
    await sources.succeeded(id('a'), {
      validators: null,
      itemHashes: null,
      published: [clock.now],
      carried: 1,
      newItems: 1,
      hints: {},
      freshFor: null,
      movedTo: null,
      hasUnstableIds: false,
      title: 'A',
    })
    expect(await sources.state(id('a'))).toMatchObject({
      status: 'fresh',
      failures: 0,
      lastError: null,
      newItems: 1,
      fetches: 4,
    })
  })
})

const success = {
  validators: null,
  itemHashes: null,
  carried: 20,
  newItems: 0,
  hints: {},
  freshFor: null,
  movedTo: null,
  hasUnstableIds: false,
  title: null,
}

describe('the rhythm of a source', () => {
  it('the rhythm of a source is learnt across restarts from polls with and without news, and explains the time of the next fetch', async () => {
    const { sources, another, clock, keys: own } = aCatalogue('a')
    await sources.sync()
    const published = Array.from({ length: 20 }, (_, n) => clock.now - n * 20 * 60_000)
    await sources.succeeded(id('a'), { ...success, published })
    for (let poll = 0; poll < 5; poll += 1) {
      clock.now += 20 * 60_000
      await sources.unchanged(id('a'), null)
      await another.succeeded(id('a'), { ...success, published: [clock.now - 60_000, null] })
    }
    const { publishingModel, nextAt, nextReason } = await another.state(id('a'))
    expect(publishingModel).toMatchObject({ polledAt: clock.now, feedWindow: 20 })
    expect(publishingModel.recent).toHaveLength(30)
    expect(nextReason).toMatch(/^publishes every \d+ min at this hour, \+\d+ % spread$/)
    expect(await redis.zscore(own.due(), 'a')).toBe(String(nextAt))
  })

  it('a source whose server answers 304 is fetched more often than one whose server always sends the body', async () => {
    const { sources, clock } = aCatalogue('a', 'b')
    await sources.sync()
    const published = Array.from({ length: 20 }, (_, n) => clock.now - n * 5 * 3_600_000)
    for (const each of ['a', 'b']) await sources.succeeded(id(each), { ...success, published })
    for (let poll = 0; poll < 30; poll += 1) {
      clock.now += 3_600_000
      for (const [each, status] of [
        ['a', 304],
        ['b', 200],
      ] as const) {
        const fetch = { at: clock.now, outcome: 'unchanged' as const, status, ms: 1, bytes: 0, items: 0, reason: '' }
        await sources.unchanged(id(each), null, undefined, fetch)
      }
    }
    const [cheap, dear] = await Promise.all([sources.state(id('a')), sources.state(id('b'))])
    expect((cheap.nextAt ?? 0) - clock.now).toBeLessThan(((dear.nextAt ?? 0) - clock.now) * 0.7)
    expect(await sources.fetchPrice(cheap.publishingModel)).toBeLessThan(4 * 60_000)
    expect(await sources.fetchPrice(dear.publishingModel)).toBe(10 * 60_000)
  })

  it('the rhythm of a source is combined with the hints that the feed gave last, even if the next answer is 304', async () => {
    const { sources, clock } = aCatalogue('a')
    await sources.sync()
    const published = Array.from({ length: 20 }, (_, n) => clock.now - n * 60_000)
    await sources.succeeded(id('a'), { ...success, published, hints: { interval: 3_600_000 } })
    clock.now += 3_600_000
    const due = await sources.unchanged(id('a'), null)
    expect(due.at - clock.now).toBeGreaterThanOrEqual(3_600_000)
    expect(due.reason).toContain('the publisher asks for 60 min')
  })

  it('the rhythm of a source is stored without empty fields, each of which would take 70 bytes', async () => {
    const { sources, clock, keys: own } = aCatalogue('a')
    await sources.sync()
    const empties = async () => Object.entries(await redis.hgetall(own.source('a'))).filter(([, value]) => value === '')
    await sources.succeeded(id('a'), { ...success, hints: { interval: 60_000 }, title: 'A', published: [clock.now] })
    await sources.failed(id('a'), { reason: 'status', detail: 'the server answered 410', status: 410 })
    clock.now += 60_000
    await sources.unchanged(id('a'), null)
    expect(await sources.state(id('a'))).toMatchObject({ status: 'fresh', retiredAt: null, failures: 0 })
    expect(await empties()).toEqual([])
    await sources.succeeded(id('a'), { ...success, published: [] })
    expect(await empties()).toEqual([])
    expect(await sources.state(id('a'))).toMatchObject({ title: null, lastError: null, hints: { skipHours: [] } })
  })

  it('the rhythm of a source costs at most 600 bytes in Redis', async () => {
    const { sources, clock, keys: own } = aCatalogue('a')
    await sources.sync()
    for (let poll = 0; poll < 60; poll += 1) {
      clock.now += 7 * 61_000
      await sources.succeeded(id('a'), { ...success, published: [clock.now - 100_000, clock.now - 5_000] })
    }
    const { profile = '', pulse = '', times = '' } = await redis.hgetall(own.source('a'))
    expect(profile.length + pulse.length + times.length).toBeLessThan(600)
  })
})

describe('a source that stops publishing', () => {
  it('a source that stops publishing is noticed once after three times its longest pause, without further consequences', async () => {
    const { sources, clock } = aCatalogue('a')
    await sources.sync()
    // Six items on working days, none at weekends.
    const published = Array.from({ length: 30 }, (_, day) => clock.now - day * 86_400_000)
      .filter(at => new Date(at).getUTCDay() % 6 !== 0)
      .flatMap(at => [1, 2, 3].map(hour => at - hour * 3_600_000))
    await sources.succeeded(id('a'), { ...success, published })
    const notices: (string | undefined)[] = []
    for (let day = 0; day < 14; day += 1) {
      clock.now += 86_400_000
      const { notice } = await sources.unchanged(id('a'), null)
      if (notice) notices.push(notice)
      if (day === 5) expect(notices).toEqual([])
    }
    expect(notices).toHaveLength(1)
    expect(notices[0]).toMatch(/^silent for .* days; its longest pause was 2\.\d days$/)
    expect((await sources.state(id('a'))).stalledSince).not.toBeNull()
    expect(await sources.succeeded(id('a'), { ...success, published: [clock.now] })).not.toHaveProperty('notice')
    expect((await sources.state(id('a'))).stalledSince).toBeNull()
  })
})

describe('a budget of requests per hour', () => {
  it('a budget of requests per hour is kept by all daemons together, however many sources are due, and is used up', async () => {
    const budget = 60
    const ids = Array.from({ length: 100 }, (_, n) => `s${n}`)
    const { sources, another, clock } = aCatalogueWith(CrawlSettings.parse({ budget }), ...ids)
    await sources.sync()
    let claimed = 0
    const hours: number[] = []
    const from = clock.now
    for (let minute = 0; minute < 5 * 60; minute += 1) {
      clock.now += 60_000
      await sources.rebalanceBudget()
      for (const due of [await sources.claimDue(100), await another.claimDue(100)]) {
        claimed += due.length
        for (const each of due) {
          const n = Number(each.slice(1)) + 1
          // From one an hour to one in eight days.
          const published = Array.from({ length: 20 }, (_, k) => from - (k + 0.5) * n * 3_600_000)
          await sources.succeeded(id(each), { ...success, published })
        }
      }
      if (minute % 60 === 59) hours.push(claimed)
    }
    const each = hours.map((total, hour) => total - (hours[hour - 1] ?? 0))
    // A minute's worth may be left over from the hour before.
    for (const count of each) expect(count).toBeLessThanOrEqual(budget + 1)
    // In the end all are known, and publish nothing any more: a plan for fewer than the budget, not a queue held back by it.
    expect(each.at(-1)).toBeGreaterThan(budget * 0.2)
  })

  it('a failing source leaves its share of a budget to the others until it is tried again', async () => {
    const { sources, clock } = aCatalogueWith(CrawlSettings.parse({ budget: 4 }), 'a', 'b')
    await sources.sync()
    const published = Array.from({ length: 20 }, (_, n) => clock.now - n * 600_000)
    for (const each of ['a', 'b']) await sources.succeeded(id(each), { ...success, published })
    const shared = (await sources.rebalanceBudget()) ?? Number.NaN
    for (let failure = 0; failure < 12; failure += 1) await sources.failed(id('b'), { reason: 'dns', detail: 'gone' })
    expect(await sources.rebalanceBudget()).toBeLessThan(shared / 3)
    await sources.succeeded(id('b'), { ...success, published: [] })
    expect(await sources.rebalanceBudget()).toBeCloseTo(shared, -3)
  })

  it('many new sources leave half of a budget to the sources that are there, and a single one is fetched within two minutes', async () => {
    const settings = CrawlSettings.parse({ budget: 60 })
    const old = Array.from({ length: 100 }, (_, n) => `old-${n}`)
    const fresh = Array.from({ length: 100 }, (_, n) => `new-${n}`)
    const { sources, state, keys: own, clock } = aCatalogueWith(settings, ...old)
    await sources.sync()
    state.sources = [...old, ...fresh].map(name => aSource(name))
    await sources.sync()
    const starts = async (ids: readonly string[]) => {
      const due = await redis.zmscore(own.due(), ...ids)
      return due.map(at => Number(at) - clock.now).sort((a, b) => a - b)
    }
    expect((await starts(old)).at(-1)).toBeGreaterThan(3_600_000)
    expect((await starts(fresh)).filter(at => at < 3_600_000).length).toBeLessThanOrEqual(45)
    state.sources = [...old, ...fresh, 'one'].map(name => aSource(name))
    await sources.sync()
    expect((await starts(['one']))[0]).toBeLessThanOrEqual(2 * 60_000)
  })
})
