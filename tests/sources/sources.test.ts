import { describe, expect, it } from 'vitest'
import { keysFor } from '../../src/redis/keys.ts'
import { nextDue, spreadOf } from '../../src/sources/due.ts'
import { CrawlSettings } from '../../src/sources/settings.ts'
import { Source, type SourceId } from '../../src/sources/source.ts'
import { createSources } from '../../src/sources/sources.ts'
import { NOON } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const settings = CrawlSettings.parse({})
let run = 0

const aSource = (id: string, more = {}): Source =>
  Source.parse({ id, name: id, url: `https://${id}.example/rss`, section: 'world', ...more })

/** Sources of their own for each test, with a clock that is moved by hand. */
const aCatalogue = (...ids: string[]) => {
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

describe('sources that are due', () => {
  it('are each given to one caller only, and come again should it die', async () => {
    const { sources, another, clock } = aCatalogue('a', 'b', 'c', 'd')
    await sources.sync()
    clock.now += 10 * 60_000
    const [one, two] = await Promise.all([sources.claimDue(10), another.claimDue(10)])
    expect([...one, ...two].sort()).toEqual(['a', 'b', 'c', 'd'])
    expect(await sources.claimDue(10)).toEqual([])
    clock.now += 6 * 60_000
    expect(await sources.claimDue(10)).toHaveLength(4)
  })

  it('follow the catalogue: new ones come in, removed and disabled ones go', async () => {
    const { sources, state, clock } = aCatalogue('a', 'b')
    expect(await sources.sync()).toEqual({ added: 2, removed: 0 })
    state.sources = [aSource('a', { enabled: false }), aSource('c')]
    expect(await sources.sync()).toEqual({ added: 1, removed: 2 })
    clock.now += 10 * 60_000
    expect(await sources.claimDue(10)).toEqual(['c'])
  })

  it('stay out once removed, though a fetch of theirs was under way', async () => {
    const { sources, state, keys: own } = aCatalogue('a')
    await sources.sync()
    state.sources = []
    await sources.sync()
    await sources.unchanged(id('a'), null)
    expect(await redis.zcard(own.due())).toBe(0)
  })
})

describe('items of a source', () => {
  it('are new once; edited ones are told apart from new ones', async () => {
    const { sources } = aCatalogue('a')
    const crawl = { id: 'c1', batch: 0, batches: 1 }
    expect(await sources.unseen(id('a'), [item('1'), item('2')])).toMatchObject([{ isNew: true }, { isNew: true }])
    await sources.markSeen(id('a'), crawl, [item('1'), item('2')])
    expect(await sources.unseen(id('a'), [item('1'), item('2', 'f2'), item('3')])).toMatchObject([
      { key: '2', isNew: false },
      { key: '3', isNew: true },
    ])
  })

  it('commit the validators, and what need not be parsed again, only with the last batch of their crawl', async () => {
    const { sources } = aCatalogue('a')
    await sources.prepare(id('a'), 'c1', { etag: '"x"', lastModified: null, bodyHash: 'h' }, ['s1', 's2'])
    await sources.markSeen(id('a'), { id: 'c1', batch: 0, batches: 2 }, [item('1')])
    await sources.markSeen(id('a'), { id: 'c1', batch: 0, batches: 2 }, [item('1')])
    expect((await sources.state(id('a'))).validators).toBeNull()
    expect(await sources.spans(id('a'))).toEqual(new Set())
    await sources.markSeen(id('a'), { id: 'c1', batch: 1, batches: 2 }, [item('2')])
    expect((await sources.state(id('a'))).validators).toEqual({ etag: '"x"', lastModified: null, bodyHash: 'h' })
    expect(await sources.spans(id('a'))).toEqual(new Set(['s1', 's2']))
  })

  it('of a crawl that was overtaken commit nothing', async () => {
    const { sources } = aCatalogue('a')
    await sources.prepare(id('a'), 'c1', { etag: '"old"', lastModified: null, bodyHash: 'h' }, null)
    await sources.prepare(id('a'), 'c2', { etag: '"new"', lastModified: null, bodyHash: 'h' }, null)
    await sources.markSeen(id('a'), { id: 'c1', batch: 0, batches: 1 }, [item('1')])
    expect((await sources.state(id('a'))).validators).toBeNull()
  })
})

describe('what became of a fetch', () => {
  it('is kept with the reason, and one success resets the failures', async () => {
    const { sources, clock } = aCatalogue('a')
    await sources.sync()
    for (let times = 0; times < 3; times += 1)
      await sources.failed(id('a'), { reason: 'status', detail: 'the server answered 500' })
    const failing = await sources.state(id('a'))
    expect(failing).toMatchObject({ status: 'failing', failures: 3, lastError: { reason: 'status' } })
    expect(failing.nextReason).toContain('failed 3 times in a row')
    await sources.succeeded(id('a'), {
      validators: null,
      spans: null,
      published: [clock.now],
      newItems: 1,
      asked: null,
      movedTo: null,
      distrustsIds: false,
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

describe('the time of the next fetch', () => {
  const rhythm = (gap: number, silent = 0) => ({
    published: Array.from({ length: 20 }, (_, n) => NOON - silent - n * gap),
    fixed: undefined,
    asked: null,
  })
  const wait = (...args: Parameters<typeof nextDue>) => (nextDue(...args).at - NOON) / (1 + spreadOf(args[0]))

  it('follows how often a source publishes, within its bounds', () => {
    expect(wait('a', NOON, rhythm(60 * 60_000), settings)).toBeCloseTo(30 * 60_000, -2)
    expect(wait('a', NOON, rhythm(10_000), settings)).toBeCloseTo(settings.minInterval, -1)
    expect(wait('a', NOON, rhythm(30 * 86_400_000), settings)).toBeCloseTo(settings.maxInterval, -1)
  })

  it('grows when a source falls silent, and says why', () => {
    const busy = nextDue('a', NOON, rhythm(20 * 60_000), settings)
    const silent = nextDue('a', NOON, rhythm(20 * 60_000, 48 * 3_600_000), settings)
    expect(silent.at).toBeGreaterThan(busy.at)
    expect(busy.reason).toContain('publishes every 20 min')
    expect(silent.reason).toContain('silent for')
  })

  it('is lengthened by the publisher’s wish, never shortened', () => {
    expect(wait('a', NOON, { ...rhythm(10_000), asked: 3_600_000 }, settings)).toBeCloseTo(3_600_000, -1)
    expect(wait('a', NOON, { ...rhythm(4 * 3_600_000), asked: 60_000 }, settings)).toBeCloseTo(2 * 3_600_000, -2)
  })

  it('is spread evenly over sources, always the same for one', () => {
    const spreads = Array.from({ length: 1_000 }, (_, n) => spreadOf(`source-${n}`))
    expect(Math.abs(spreads.reduce((sum, each) => sum + each, 0) / spreads.length)).toBeLessThan(0.01)
    expect(spreadOf('source-1')).toBe(spreads[1])
  })
})
