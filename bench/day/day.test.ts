import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/domain/entry.ts'
import { buildDay, type Item, renderFeed, type Texts } from './build.ts'
import { makeRows } from './figures.ts'
import { countRepeats, judge } from './judge.ts'
import { checkOrder } from './order.ts'
import type { Outcome } from './outcome.ts'
import { makePage, makeUniquePage } from './page.ts'
import { makeReads, type Read } from './readers.ts'
import { judgeRelated } from './related.ts'

const HOUR = 3_600_000
const END = Date.parse('2026-11-29T09:00:00Z')

/** Two events of 24 and 12 headlines by four papers and twelve small publishers, and 20 articles of no event. */
const texts: Texts = {
  headlines: Array.from({ length: 36 }, (_, n) => ({
    id: `u${n}`,
    title: n < 24 ? `Ferry sinks off Samso, report ${n % 20}` : `Bank raises rates ${n}`,
    source: n % 3 === 0 ? `Small ${n}` : `Paper ${n % 4}`,
    url: `https://paper-${n % 4}.example/news/${n % 7}?ref=rss`,
    story: n < 24 ? 'ferry' : 'rates',
  })),
  background: Array.from({ length: 20 }, (_, n) => ({
    id: `ag-${n}`,
    title: `Nothing in particular ${n}`,
    summary: 'A summary.',
    story: `single-ag-${n}`,
  })),
  sections: new Map([['u1', 'business']]),
  language: 'en',
  ownFeed: 6,
}
const day = buildDay(texts, { seed: 1, end: END })

/** A list of articles; what is judged of an entry is its id. */
const aList = (...ids: string[]): Entry[] => ids.map(id => ({ id }) as Entry)

const anOutcome = (stories: Readonly<Record<string, readonly string[]>>, lists: Readonly<Record<string, Entry[]>>) => ({
  lists: new Map(Object.entries(lists)),
  articles: new Map(
    Object.entries(stories).flatMap(([story, ids]) => ids.map(id => [id, { id, story, section: 'world', views: 0 }])),
  ),
  stories: new Map(Object.entries(stories).map(([id, [lead = '']]) => [id, { id, lead }])),
  uniquePages: new Map(),
  refused: {},
  at: END,
})

const readsOf = (counts: Readonly<Record<string, number>>, age = HOUR / 2): Read[] =>
  Object.entries(counts).flatMap(([id, count]) =>
    Array.from({ length: count }, (_, n) => ({
      item: { ...day.items[0], id } as Read['item'],
      at: END - age,
      visitor: `${n}`,
      edition: 2,
    })),
  )

describe('the day of the benchmark', () => {
  it('the day of the benchmark is the same for one seed and another for another', () => {
    expect(buildDay(texts, { seed: 1, end: END })).toEqual(day)
    expect(buildDay(texts, { seed: 2, end: END }).items).not.toEqual(day.items)
  })

  it('the day of the benchmark carries every text once, at an address of its own, within its 36 hours', () => {
    expect(day.items).toHaveLength(56)
    expect(new Set(day.items.map(({ id }) => id)).size).toBe(56)
    expect(day.items.every(({ at }) => at <= END && at >= END - 36 * HOUR - 1_000)).toBe(true)
    expect(day.feeds.map(({ name }) => name).sort()).toEqual(['Paper 0', 'Paper 1', 'Paper 2', 'Paper 3'])
  })

  it('the day of the benchmark gives no feed two items of one title, which would be one article', () => {
    const titles = day.items.map(({ feed, title }) => `${feed} ${title}`)
    expect(new Set(titles).size).toBe(titles.length)
  })

  it('the day of the benchmark serves in each edition what has come out until then, newest first', () => {
    const count = (edition: number) =>
      day.feeds.reduce((sum, feed) => sum + renderFeed(day, feed, edition).split('<item>').length - 1, 0)
    const until = (share: number) => day.items.filter(({ at }) => at < END - (1 - share) * 36 * HOUR).length
    expect([count(0), count(1), count(2)]).toEqual([until(1 / 3), until(2 / 3), 56])
    const [feed] = day.feeds
    const dates = feed
      ? [...renderFeed(day, feed, 2).matchAll(/<pubDate>(.*?)</g)].map(([, at = '']) => Date.parse(at))
      : []
    expect(dates).toEqual(dates.toSorted((a, b) => b - a))
  })

  it('the readers of the benchmark read nothing twice and nothing before it is out, and report it after its edition', () => {
    const reads = makeReads(day, { seed: 1, count: 400 })
    expect(reads.length).toBeGreaterThan(390)
    expect(reads.every(({ item, at, edition }) => item.at <= at && item.edition <= edition)).toBe(true)
    expect(new Set(reads.map(({ item, visitor }) => `${item.id} ${visitor}`)).size).toBe(reads.length)
  })

  it('the readers of the benchmark read nothing within ten minutes of the edge of a window', () => {
    const ages = makeReads(day, { seed: 1, count: 2_000 }).map(({ at }) => END - at)
    for (const edge of [HOUR, 24 * HOUR]) expect(ages.some(age => Math.abs(age - edge) < 600_000)).toBe(false)
  })
})

describe('the judge of the benchmark', () => {
  it('the judge of the benchmark counts an entry as repeated when its event was shown before, in the panel or above it', () => {
    expect(countRepeats(['a', 'b', 'a', 'a'])).toBe(2)
    expect(countRepeats(['a', 'b'], ['b'])).toBe(1)
  })

  it('the judge of the benchmark counts a story by the reads of all of its articles', () => {
    const outcome: Outcome = anOutcome(
      { one: ['a', 'b'], two: ['c'], three: ['d'] },
      { 'most-read:day': aList('a', 'c', 'd') },
    )
    const right = readsOf({ a: 3, b: 3, c: 5, d: 4 })
    expect(checkOrder('day', right, outcome)).toMatchObject({ wanted: 3, right: 3, inPlace: 3, displacement: 0 })
    expect(checkOrder('day', right, outcome).stories[0]).toEqual({ id: 'one', reads: 6, published: 1 })
    const swapped = readsOf({ a: 3, c: 5, d: 4 })
    expect(checkOrder('day', swapped, outcome)).toMatchObject({ right: 3, inPlace: 0, displacement: 4 / 3 })
  })

  it('the judge of the benchmark misses a story that the list does not have, and finds one that it should not have', () => {
    const outcome: Outcome = anOutcome({ one: ['a'], two: ['b'], three: ['c'] }, { 'most-read:hour': aList('a', 'c') })
    const reads = [...readsOf({ a: 5, b: 4 }), ...readsOf({ c: 9 }, 2 * HOUR)]
    expect(checkOrder('hour', reads, outcome)).toMatchObject({ wanted: 2, right: 1, inPlace: 1, displacement: 1 })
  })

  it('the judge of the benchmark lets stories with as many reads change places', () => {
    const outcome: Outcome = anOutcome({ one: ['a'], two: ['b'] }, { 'most-read:week': aList('b', 'a') })
    expect(checkOrder('week', readsOf({ a: 4, b: 4 }), outcome)).toMatchObject({ right: 2, inPlace: 2 })
  })

  it('the judge of the benchmark finds what stands behind another event, and what a page shows twice', () => {
    const ofLabel = (label: string) => day.items.filter(item => item.label === label).map(({ id }) => id)
    const [ferry, rates, single] = [ofLabel('ferry'), ofLabel('rates'), ofLabel('ag-0')]
    const [first = '', second = '', ...others] = ferry
    const others2 = day.items.map(({ id }) => id).filter(id => ![...ferry, ...rates, ...single].includes(id))
    const outcome: Outcome = anOutcome(
      {
        // All headlines on rates, and one article of no event, stand behind the ferry.
        ferry: [first, ...others, ...rates, ...single],
        again: [second],
        ...Object.fromEntries(others2.map(id => [id, [id]])),
      },
      {
        latest: aList(first, second, others2[0] ?? ''),
        'must-reads': aList(second, others2[1] ?? ''),
        [`related:${first}`]: aList(second, rates[0] ?? '', others2[0] ?? ''),
      },
    )
    const read = {
      ...outcome,
      uniquePages: new Map([[first, [[others2[0] ?? '', second], [], [], [], [others2[1] ?? '']]]]),
    }
    const { figures, hidden, related } = judge(day, readsOf({ [first]: 10 }), read, new Map())
    expect(figures).toMatchObject({
      eventsListed: 1,
      mostOfOneEvent: 2,
      mustReads: 2,
      mustReadsBroad: 1,
      mustReadsSingle: 1,
      eventsHidden: 1,
      eventArticlesHidden: 12 / 36,
      singlesHidden: 1 / 20,
      singlesHiddenByEvents: 1 / 20,
      repeatsInLists: 1 / 5,
    })
    expect(hidden[0]).toEqual({ label: 'rates', by: 'ferry', articles: 12 })
    expect([second, rates[0], others2[0]].map(id => related.kindOf(first, id ?? ''))).toEqual([
      ...['sameEvent', 'ownStory', 'sameSection'],
    ])
    // The open article's event stands three times again: beside it, and among the must-reads.
    const page = makePage(outcome.lists, { id: first, section: 'world' })
    expect(page.map(({ entries }) => entries.length)).toEqual([3, 0, 0, 0, 2])
    expect(figures.repeatsOnPages).toBeCloseTo(2 / 5)
    // Read without repeats, its other story stands there once.
    expect(figures.repeatsOnUniquePages).toBeCloseTo(1 / 3)
    expect(figures.uniqueFilled).toBeCloseTo(3 / 33)
    const unique = makeUniquePage(read, { id: first, section: 'world' })
    expect(unique.map(({ entries }) => entries.map(({ id }) => id))[0]).toEqual([others2[0], second])
  })

  it('the judge of the benchmark calls two articles of one topic if they share a rare word of their titles and another', () => {
    const items = [
      ['a', 'Oil rises above 43 dollars', 'OPEC watches the storm.'],
      ['b', 'Oil downturn deepens', 'OPEC swells supplies.'],
      ['c', 'A storm over Cuba', 'OPEC is not concerned.'],
      // So many labels that a word of two of them is rare.
      ...Array.from({ length: 160 }, (_, n) => [`n${n}`, `Nothing ${n}`, '']),
    ].map(([id = '', title = '', summary = '']) => ({ ...day.items[0], id, label: id, title, summary }) as Item)
    const outcome = anOutcome(Object.fromEntries(items.map(({ id }) => [id, [id]])), {})
    const { kindOf } = judgeRelated(items, outcome)
    expect([kindOf('a', 'b'), kindOf('a', 'c'), kindOf('a', 'unknown')]).toEqual(['sameTopic', 'sameSection', null])
  })

  it('the table of the benchmark has the median of several seeds', () => {
    const rows = makeRows([{ eventsListed: 9 }, { eventsListed: 12 }, { eventsListed: 30 }])
    expect(rows.find(({ title }) => title.includes('latest or must-reads'))?.values).toEqual(['9', '12', '30', '12'])
  })
})
