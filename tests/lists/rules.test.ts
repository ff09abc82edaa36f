import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ArticleId, StoryId } from '../../src/domain/article.ts'
import { LISTS } from '../../src/lists/registry.ts'
import { blend, lowerBound, ratioToBaseline } from '../../src/lists/rules/baseline.ts'
import type { Candidate, Ranked } from '../../src/lists/rules/candidate.ts'
import { rankLatest } from '../../src/lists/rules/latest.ts'
import { describe as describeWords } from '../../src/lists/rules/likeness.ts'
import { rankMost } from '../../src/lists/rules/most.ts'
import { importance, type MustReadRule, rankMustReads } from '../../src/lists/rules/must-reads.ts'
import { fillFrom, withPins } from '../../src/lists/rules/overrides.ts'
import { coViewSimilarity, rankRelated } from '../../src/lists/rules/related.ts'
import { countStories } from '../../src/lists/rules/story-counts.ts'
import { rankTrending } from '../../src/lists/rules/trending.ts'
import { anArticle, NOON, sourceId } from '../support/articles.ts'
import { taxonomy } from '../support/taxonomy.ts'

interface Sketch {
  id?: string
  story?: string
  source?: string
  sources?: string[]
  section?: string
  age?: number
  views?: number
  seen?: number
}

const candidate = ({
  id = 'a',
  story = id,
  source = 'courier',
  sources = [source],
  section = 'world',
  age = 0,
  views = 0,
  seen = 0,
}: Sketch = {}): Candidate => {
  const article = anArticle({ id, source, section, publishedAt: NOON - age, firstSeenAt: NOON - seen })
  return {
    article: {
      ...article,
      story: story as StoryId,
      reprintOf: null,
      updatedAt: NOON,
      counts: { views, comments: 0, shares: 0 },
    },
    story: {
      id: story as StoryId,
      lead: id as ArticleId,
      articles: [id as ArticleId],
      sources: sources.map(sourceId),
      alsoIn: [],
      sections: [section],
      publishedAt: NOON - age,
      begunAt: NOON - age,
      newsAt: NOON - age,
      firstSeenAt: NOON,
      lastSeenAt: NOON,
    },
  }
}
const ids = (list: readonly Ranked[]) => list.map(({ candidate }) => candidate.article.id)
const HOUR = 3_600_000
const anything = fc.record({
  id: fc.string({ minLength: 3, maxLength: 3 }),
  story: fc.constantFrom('s1', 's2', 's3', 's4', 's5', 's6'),
  source: fc.constantFrom('p', 'q', 'r'),
  section: fc.constantFrom('world', 'sports'),
  age: fc.integer({ min: 2_000, max: 1e6 }),
  views: fc.nat(1_000),
})
const some = fc.uniqueArray(anything, { selector: ({ id }) => id, maxLength: 20 })
const shuffled = <T>(list: readonly T[], seed: number): T[] =>
  list
    .map((one, at) => ({ one, at: (at * 7_919 + seed) % 101 }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)

describe('latest', () => {
  it('latest is newest first, one entry per story, whatever the order of arrival', () => {
    fc.assert(
      fc.property(some, fc.nat(100), (sketches, seed) => {
        const candidates = sketches.map(sketch => candidate(sketch))
        const list = rankLatest(candidates, { size: 10, share: 4 })
        const times = list.map(entry => entry.candidate.article.publishedAt)
        expect(times).toEqual([...times].sort((a, b) => b - a))
        expect(new Set(list.map(entry => entry.candidate.story.id)).size).toBe(list.length)
        expect(ids(rankLatest(shuffled(candidates, seed), { size: 10, share: 4 }))).toEqual(ids(list))
      }),
    )
  })

  it('latest limits a prolific source to its share while others have news', () => {
    const loud = Array.from({ length: 20 }, (_, n) => candidate({ id: `loud${n}`, source: 'loud', age: 2_000 + n }))
    const others = Array.from({ length: 8 }, (_, n) =>
      candidate({ id: `quiet${n}`, source: `quiet${n}`, age: 3_000 + n }),
    )
    const list = rankLatest([...loud, ...others], { size: 10, share: 4 })
    expect(list.filter(entry => entry.candidate.article.sources[0] === 'loud')).toHaveLength(4)
    expect(rankLatest(loud, { size: 10, share: 4 })).toHaveLength(10)
  })

  it('latest is not flooded by the undated back catalogue of a new source', () => {
    const dated = Array.from({ length: 30 }, (_, n) =>
      candidate({ id: `old${n}`, source: `paper${n % 5}`, age: 60_000 * (n + 1) }),
    )
    // As they are dated where their feed does not: when they were seen, in the order of the feed.
    const catalogue = Array.from({ length: 60 }, (_, n) => candidate({ id: `new${n}`, source: 'newcomer', age: n }))
    const list = rankLatest([...dated, ...catalogue], { size: 30, share: 3 })
    expect(list.filter(entry => entry.candidate.article.sources[0] === 'newcomer')).toHaveLength(3)
    expect(list).toHaveLength(30)
  })

  it("latest ranks a story by when it was last news, or by the shown article's time if another article leads the story", () => {
    const older = candidate({ id: 'older', age: 9 * HOUR })
    const developing = { ...older, story: { ...older.story, newsAt: NOON - HOUR } }
    const between = candidate({ id: 'between', age: 5 * HOUR })
    const rule = { size: 5, share: 4 }
    expect(ids(rankLatest([between, developing], rule))).toEqual(['older', 'between'])
    const beside = { ...developing, story: { ...developing.story, lead: 'other' as ArticleId } }
    expect(ids(rankLatest([between, beside], rule))).toEqual(['between', 'older'])
    expect(rankLatest([developing], rule)[0]?.terms()[0]?.of).toBe(
      'last news at 2026-05-04T11:00:00.000Z, published 2026-05-04T03:00:00.000Z',
    )
  })

  it('latest ranks an article by when it was first seen if its date is later than that', () => {
    // Another article leads its story; what leads one is dated when it is taken in (tests/articles/dates.test.ts).
    const { article, story } = candidate({ id: 'edited', age: -HOUR, seen: 2 * HOUR })
    const edited = { article, story: { ...story, lead: 'other' as ArticleId } }
    expect(ids(rankLatest([edited, candidate({ id: 'new', age: HOUR })], { size: 5, share: 4 }))).toEqual([
      'new',
      'edited',
    ])
  })
})

describe('most read', () => {
  const rule = { now: NOON, window: 'day' as const, size: 10, minVisitors: 3, maxAge: 24 * HOUR }

  it('the reads of all articles of a story are added up, without those that were deleted', () => {
    const heads = ['b', 'a', 'c', 'gone'].map((article, place) => ({ article: article as ArticleId, count: 5 - place }))
    const counts = countStories(heads, ['s2', 's1', 's1', null] as (StoryId | null)[])
    expect(counts.ordered.map(({ story, count, articles }) => [story, count, articles.length])).toEqual([
      ['s1', 7, 2],
      ['s2', 5, 1],
    ])
    expect([counts.count('s1' as StoryId), counts.count('s9' as StoryId)]).toEqual([7, 0])
  })

  it('most read lists the story with the most reads first, and says how many articles they cover', () => {
    const [one, two] = [candidate({ id: 'a', story: 's1' }), candidate({ id: 'b', story: 's2' })]
    const list = rankMost(
      [
        { candidate: two, count: 5, articles: 1, own: 1, visitors: 3 },
        { candidate: one, count: 7, articles: 2, own: 4, visitors: 4 },
      ],
      rule,
    )
    expect(ids(list)).toEqual(['a', 'b'])
    expect(list[0]?.terms()).toContainEqual({
      name: 'counted',
      value: 7,
      of: "in the window, of 2 of the story's articles",
    })
  })

  it('most read leaves out articles with too few visitors, however many reads they have', () => {
    const list = rankMost(
      [
        { candidate: candidate({ id: 'reloaded' }), count: 500, articles: 1, own: 1, visitors: 2 },
        { candidate: candidate({ id: 'read' }), count: 3, articles: 1, own: 1, visitors: 3 },
      ],
      rule,
    )
    expect(ids(list)).toEqual(['read'])
  })

  it('most read of a window has only articles of that window, no older ones that are still read', () => {
    expect(
      rankMost([{ candidate: candidate({ age: 25 * HOUR }), count: 9, articles: 1, own: 1, visitors: 9 }], rule),
    ).toEqual([])
  })
})

describe('must-reads', () => {
  const rule: MustReadRule = {
    now: NOON,
    size: 4,
    halfLife: 8 * HOUR,
    maxAge: 48 * HOUR,
    weightOf: () => 1,
    publisherOf: id => id.split('-')[0] ?? id,
    baseline: () => 10,
    weights: { breadth: 1, source: 1, freshness: 1, reads: 0.5 },
    diversity: 0.8,
  }
  const scores = (candidates: readonly Candidate[], reads: (each: Candidate) => number, some: MustReadRule = rule) =>
    new Map(
      rankMustReads(candidates, reads, some).map(({ candidate: each, score }) => [each.article.id as string, score]),
    )

  it('must-reads weigh breadth, freshness and weight', () => {
    const base = importance(candidate({ age: HOUR }), rule)
    expect(importance(candidate({ age: HOUR, sources: ['a', 'b', 'c'] }), rule)).toBeGreaterThan(base)
    expect(importance(candidate({ age: 2 * HOUR }), rule)).toBeLessThan(base)
    expect(importance(candidate({ age: HOUR }), { ...rule, weightOf: () => 2 })).toBeCloseTo(base * 2, 9)
    expect(importance(candidate({ age: 49 * HOUR }), rule)).toBe(0)
  })

  it('must-reads count a publisher once, however many feeds it has', () => {
    const feeds = candidate({ sources: ['bbc-world', 'bbc-asia', 'bbc-politics'] })
    expect(importance(feeds, rule)).toBeCloseTo(importance(candidate({ sources: ['bbc-world'] }), rule), 9)
  })

  it('must-reads weigh reads relative to the usual number for the section at this hour', () => {
    const read = candidate({ id: 'a' })
    const usualIn = (usual: number) => scores([read], () => 20, { ...rule, baseline: () => usual }).get('a') ?? 0
    expect(usualIn(20)).toBeCloseTo(importance(read, rule), 9)
    expect(usualIn(5)).toBeGreaterThan(usualIn(20))
    expect(usualIn(80)).toBeLessThan(usualIn(20))
    // However much read, it counts no more than four times, and half of that on the scale of logarithms.
    expect(scores([read], () => 1e6).get('a')).toBeCloseTo(2 * importance(read, rule), 9)
  })

  it('must-reads ignore a factor whose weight is 0', () => {
    const without = { ...rule, weights: { ...rule.weights, reads: 0, breadth: 0 } }
    const [one, other] = [candidate({ id: 'a' }), candidate({ id: 'b', sources: ['x', 'y', 'z'], section: 'asia' })]
    const found = scores([one, other], ({ article }) => (article.id === 'a' ? 0 : 900), without)
    expect(found.get('a')).toBe(found.get('b'))
  })

  it('must-reads are spread over several sections', () => {
    const sports = Array.from({ length: 6 }, (_, n) =>
      candidate({ id: `s${n}`, section: 'sports', sources: ['a', 'b', 'c'], age: n }),
    )
    const world = candidate({ id: 'w', section: 'world', sources: ['a', 'b'], age: 0 })
    const pool = [...sports, world]
    expect(ids(rankMustReads(pool, () => 0, rule))).toContain('w')
    expect(ids(rankMustReads(pool, () => 0, { ...rule, diversity: 1 }))).not.toContain('w')
  })

  it('must-reads rank a story of one publisher behind every story of three publishers, but not behind one of two', () => {
    const single = candidate({ id: 'single', sources: ['a'], age: 0 })
    const [two, three] = [2, 3].map(count =>
      candidate({ id: String(count), sources: ['a', 'b', 'c'].slice(0, count), age: 47 * HOUR }),
    ) as [Candidate, Candidate]
    expect(ids(rankMustReads([single, two, three], () => 0, rule))).toEqual(['3', 'single', '2'])
    expect(ids(rankMustReads([single, two], () => 0, rule))).toEqual(['single', '2'])
    const many = Array.from({ length: 4 }, (_, at) =>
      candidate({ id: `m${at}`, sources: ['a', 'b', 'c'], age: HOUR * at }),
    )
    expect(ids(rankMustReads([single, ...many], () => 0, rule))).toEqual(['m0', 'm1', 'm2', 'm3'])
  })

  it('must-reads explain each score by terms that add up to it', () => {
    fc.assert(
      fc.property(some, sketches => {
        const list = rankMustReads(
          sketches.map(sketch => candidate(sketch)),
          ({ article }) => article.counts.views,
          rule,
        )
        for (const { score, terms } of list)
          expect(terms().reduce((product, { value }) => product * value, 1)).toBeCloseTo(score, 9)
      }),
    )
  })
})

describe('related', () => {
  const rule = { now: NOON, size: 5, maxAge: 7 * 24 * HOUR, halfLife: 48 * HOUR, coReadWeight: 1, diversity: 0.85 }
  const titled = (title: string) => describeWords({ title, summary: '', language: 'en' })
  const subject = { article: candidate({ id: 'subject' }).article, profile: titled('Valdoria votes') }

  interface AlikeSketch extends Sketch {
    evidence?: number
    names?: string[]
    words?: string[]
    title?: string
    coViewed?: number
  }
  /** Of the section of the article, with a name and a word in common, unless said otherwise. */
  const alike = ({
    evidence = 5,
    names = ['berg'],
    words = ['treaty'],
    title = '',
    coViewed = 0,
    ...sketch
  }: AlikeSketch) => ({
    candidate: candidate(sketch),
    profile: titled(title),
    likeness: { evidence, names, words },
    views: sketch.views ?? 0,
    coViewed,
  })
  const rank = (...sketches: AlikeSketch[]) => ids(rankRelated(subject, sketches.map(alike), rule))

  it('related prefers similar articles, then fresh ones, and drops old ones', () => {
    expect(
      rank(
        { id: 'far', evidence: 4, age: HOUR },
        { id: 'near', source: 'other', evidence: 9 },
        { id: 'farther', source: 'third', evidence: 4, age: 20 * HOUR },
        { id: 'old', evidence: 9, age: 9 * 24 * HOUR },
      ),
    ).toEqual(['near', 'far', 'farther'])
  })

  it('related stays short rather than show articles that merely share some words', () => {
    expect(rank({ id: 'little', evidence: 1 }, { id: 'enough' })).toEqual(['enough'])
    expect(rank({ id: 'words', names: [], words: ['merge', 'unit'] })).toEqual([])
    expect(rank({ id: 'topic', names: [], words: ['oil', 'price', 'barrel'] })).toEqual(['topic'])
  })

  it('related shows articles of other sections only if they share a name and more', () => {
    const elsewhere = { section: 'sports' }
    expect(rank({ id: 'both', ...elsewhere })).toEqual(['both'])
    expect(rank({ id: 'words', names: [], words: ['oil', 'price', 'barrel'], ...elsewhere })).toEqual([])
    expect(rank({ id: 'namesake', words: [], ...elsewhere })).toEqual([])
    expect(rank({ id: 'namesake', words: [] })).toEqual(['namesake'])
  })

  it('related shows one event once, and never that of the article itself', () => {
    const told = 'Ferry strike ends after nine days'
    expect(
      rank(
        { id: 'first', title: told },
        { id: 'again', title: 'Nine days of ferry strike end', evidence: 4.9 },
        { id: 'other', title: 'Harbour counts its losses', evidence: 4 },
      ),
    ).toEqual(['first', 'other'])
    const own = { ...subject, profile: titled(told) }
    expect(rankRelated(own, [alike({ id: 'same', title: told })], rule)).toEqual([])
  })

  it('related includes what the same readers read in the same section, even if the words differ', () => {
    const nothing = { evidence: 0, names: [], words: [] }
    const readers = { id: 'readers', source: 'other', ...nothing, coViewed: coViewSimilarity(40, 60, 60) }
    expect(rank({ id: 'words' }, readers)).toEqual(['readers', 'words'])
    expect(rank({ ...readers, section: 'sports' })).toEqual([])
    expect(ids(rankRelated(subject, [alike({ id: 'words' }), alike(readers)], { ...rule, coReadWeight: 0 }))).toEqual([
      'words',
    ])
  })

  it('related does not take a single shared reader as evidence of similarity', () => {
    expect(coViewSimilarity(1, 1, 1)).toBeLessThan(0.2)
    expect(coViewSimilarity(0, 10, 10)).toBe(0)
    expect(coViewSimilarity(30, 30, 30)).toBeGreaterThan(0.8)
  })

  it('related does not repeat one source while others are nearly as similar', () => {
    const same = Array.from({ length: 4 }, (_, n) => ({ id: `a${n}` }))
    expect(rank(...same, { id: 'b', source: 'other', evidence: 4.5 })[1]).toBe('b')
  })

  it('related lets reads decide only between articles of about the same similarity', () => {
    expect(rank({ id: 'a' }, { id: 'read', source: 'other', views: 100_000 })).toEqual(['read', 'a'])
    expect(rank({ id: 'a', evidence: 6 }, { id: 'read', source: 'other', views: 100_000 })).toEqual(['a', 'read'])
  })

  it('related explains each entry by terms that make up its score, and by the words in common', () => {
    const [entry] = rankRelated(subject, [alike({ id: 'a', views: 50, section: 'sports', age: HOUR })], rule)
    const terms = entry?.terms() ?? []
    expect(terms[0]?.of).toBe('in common: name berg, treaty')
    const [text = 0, readers = 0, ...factors] = terms.map(({ value }) => value)
    expect(factors.reduce((product, value) => product * value, text + readers)).toBeCloseTo(entry?.score ?? 0, 9)
  })
})

describe('trending', () => {
  const rule = { now: NOON, size: 5, maxAge: 72 * HOUR, baseline: () => 4, z: 1.96, minRatio: 1.5 }
  const pace = (id: string, hour: number, day: number, age = 10 * HOUR) => ({
    candidate: candidate({ id, age }),
    hour,
    day,
  })

  it('trending ranks what is significantly more read than before, not what is most read', () => {
    const list = rankTrending([pace('big', 1_000, 24_000), pace('rising', 100, 190)], rule)
    expect(ids(list)).toEqual(['rising'])
  })

  it('trending never includes an article with few reads, however steep its rise', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), reads => {
        expect(rankTrending([pace('few', reads, reads)], { ...rule, baseline: () => 0 })).toEqual([])
      }),
    )
  })

  it('trending compares a new article with the usual number of reads in its section', () => {
    expect(ids(rankTrending([pace('new', 30, 30, HOUR / 2)], rule))).toEqual(['new'])
    expect(rankTrending([pace('new', 30, 30, HOUR / 2)], { ...rule, baseline: () => 25 })).toEqual([])
  })

  it('trending ranks the more certain of two similar rises first', () => {
    const list = rankTrending([pace('small', 12, 12, HOUR), pace('large', 120, 120, HOUR)], {
      ...rule,
      baseline: () => 2,
    })
    expect(ids(list)).toEqual(['large', 'small'])
  })
})

describe('the baseline of reads', () => {
  it('the baseline of reads is learnt a day at a time, and few reads stay close to it', () => {
    expect(blend(null, 8)).toBe(8)
    expect(blend(8, 18)).toBe(10)
    expect(ratioToBaseline(0, 0, 5)).toBe(1)
    expect(ratioToBaseline(1, 0, 5)).toBeLessThan(1.3)
  })

  it('the lower bound of a count is never above the count, and grows with it', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.double({ min: 0.1, max: 5, noNaN: true }), (count, z) => {
        expect(lowerBound(count, z)).toBeGreaterThanOrEqual(0)
        expect(lowerBound(count, z)).toBeLessThanOrEqual(count)
        expect(lowerBound(count + 1, z)).toBeGreaterThanOrEqual(lowerBound(count, z))
      }),
    )
  })
})

const listed = (...names: string[]): Ranked[] =>
  names.map(id => ({ candidate: candidate({ id }), score: 1, placedBy: 'rule', terms: () => [] }))

describe('a thin list', () => {
  it('a thin list is backfilled in order, without repeating a story, and each entry says from where', () => {
    const filled = fillFrom(fillFrom(listed('a'), listed('a', 'b'), 'day', 3), listed('c', 'd'), 'latest', 3)
    expect(filled.map(({ candidate: { article }, placedBy }) => [article.id, placedBy])).toEqual([
      ['a', 'rule'],
      ['b', 'day'],
      ['c', 'latest'],
    ])
  })
})

describe('a pinned entry', () => {
  const pin = (id: string, place: number, story = id) => ({
    candidate: candidate({ id, story }),
    place,
    by: 'ed',
    why: 'election night',
    until: NOON,
  })

  it('a pinned entry stands at its rank, and its story nowhere else in the list', () => {
    const list = withPins(listed('a', 'b', 'c', 'd'), [pin('x', 2, 'c'), pin('y', 1), pin('z', 99)], 4)
    expect(ids(list)).toEqual(['y', 'x', 'a', 'b'])
    expect(ids(withPins(listed('a'), [pin('z', 99)], 4))).toEqual(['a', 'z'])
    expect(list[1]?.placedBy).toBe('pin')
    expect(list[1]?.terms()[0]?.of).toContain('by ed until 2026-05-04T12:00:00.000Z: election night')
  })
})

describe('list names', () => {
  it('list names are parsed back to the same list', () => {
    const shelves = { taxonomy, languages: ['de'], groups: ['wire'] }
    expect(LISTS.names(shelves)).toContain('latest:world:group:wire')
    for (const name of LISTS.names(shelves)) expect(LISTS.parse(name), name).not.toBeNull()
  })

  it.each([
    '',
    'newest',
    'latest:world:now',
    'most-read',
    'most-read:month',
    'most-shared:day:world',
    'related',
    'latest:',
    'latest:world:language',
    'latest:language:de:group:wire',
    'trending:world:asia',
    '__proto__:now',
  ])('%j is not a valid list name', name => {
    expect(LISTS.parse(name)).toBeNull()
  })
})
