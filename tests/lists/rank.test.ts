import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ArticleId, StoryId } from '../../src/article/article.ts'
import { allNames, parseListName } from '../../src/lists/names.ts'
import {
  type Candidate,
  fillUp,
  importance,
  rankLatest,
  rankMost,
  rankMustReads,
  rankRelated,
} from '../../src/lists/rank.ts'
import { anArticle, NOON, sourceId } from '../support/articles.ts'
import { taxonomy } from '../support/daemon.ts'

interface Sketch {
  id?: string
  story?: string
  source?: string
  sources?: string[]
  section?: string
  age?: number
  views?: number
}

const candidate = ({
  id = 'a',
  story = id,
  source = 'courier',
  sources = [source],
  section = 'world',
  age = 0,
  views = 0,
}: Sketch = {}): Candidate => {
  const article = anArticle({ id, source, section, publishedAt: NOON - age })
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
      firstSeenAt: NOON,
      lastSeenAt: NOON,
    },
  }
}
const ids = (list: readonly Candidate[]) => list.map(({ article }) => article.id)
const anything = fc.record({
  id: fc.string({ minLength: 3, maxLength: 3 }),
  story: fc.constantFrom('s1', 's2', 's3', 's4'),
  source: fc.constantFrom('p', 'q', 'r'),
  age: fc.nat(1e6),
})

describe('latest', () => {
  it('is newest first, one entry a story, the same whatever order they come in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anything, { selector: ({ id }) => id, maxLength: 20 }), fc.nat(), (sketches, seed) => {
        const candidates = sketches.map(sketch => candidate(sketch))
        const list = rankLatest(candidates, 10, 4)
        const times = list.map(({ article }) => article.publishedAt)
        expect(times).toEqual([...times].sort((a, b) => b - a))
        expect(new Set(list.map(({ story }) => story.id)).size).toBe(list.length)
        const shuffled = [...candidates].sort(
          (a, b) => ((a.article.publishedAt * seed) % 7) - ((b.article.publishedAt * seed) % 7),
        )
        expect(ids(rankLatest(shuffled, 10, 4))).toEqual(ids(list))
      }),
    )
  })

  it('keeps a prolific source to its share while others have news', () => {
    const loud = Array.from({ length: 20 }, (_, n) => candidate({ id: `loud${n}`, source: 'loud', age: n }))
    const others = Array.from({ length: 8 }, (_, n) =>
      candidate({ id: `quiet${n}`, source: `quiet${n}`, age: 100 + n }),
    )
    expect(rankLatest([...loud, ...others], 10, 4).filter(({ article }) => article.sources[0] === 'loud')).toHaveLength(
      4,
    )
    expect(rankLatest(loud, 10, 4)).toHaveLength(10)
  })
})

describe('most read', () => {
  it('adds up the reads of a story, and lists it once', () => {
    const [one, two] = [candidate({ id: 'a', story: 's1' }), candidate({ id: 'b', story: 's2' })]
    const list = rankMost(
      [
        { candidate: one, count: 3 },
        { candidate: two, count: 5 },
        { candidate: one, count: 4 },
      ],
      10,
    )
    expect(ids(list)).toEqual(['a', 'b'])
  })

  it('leaves out what nobody reads any more', () => {
    expect(rankMost([{ candidate: candidate(), count: 0 }], 10)).toEqual([])
  })
})

describe('must-reads', () => {
  const rule = { now: NOON, halfLife: 8 * 3_600_000, maxAge: 48 * 3_600_000, weightOf: () => 1 }

  it('count breadth, freshness, weight and reads', () => {
    const base = importance(candidate({ age: 3_600_000 }), rule)
    expect(importance(candidate({ age: 3_600_000, sources: ['a', 'b', 'c'] }), rule)).toBeGreaterThan(base)
    expect(importance(candidate({ age: 7_200_000 }), rule)).toBeLessThan(base)
    expect(importance(candidate({ age: 3_600_000, views: 1_000 }), rule)).toBeGreaterThan(base)
    expect(importance(candidate({ age: 3_600_000 }), { ...rule, weightOf: () => 2 })).toBeCloseTo(base * 2, 9)
    expect(importance(candidate({ age: 49 * 3_600_000 }), rule)).toBe(0)
  })

  it('are diverse over sections', () => {
    const sports = Array.from({ length: 6 }, (_, n) =>
      candidate({ id: `s${n}`, section: 'sports', sources: ['a', 'b', 'c'], age: n }),
    )
    const world = candidate({ id: 'w', section: 'world', sources: ['a', 'b'], age: 0 })
    expect(ids(rankMustReads([...sports, world], 4, rule))).toContain('w')
  })
})

describe('related', () => {
  it('prefers the alike, then the fresh, and drops the old', () => {
    const list = rankRelated(
      [
        { candidate: candidate({ id: 'far' }), similarity: 0.1 },
        { candidate: candidate({ id: 'near' }), similarity: 0.6 },
        { candidate: candidate({ id: 'old', age: 9 * 86_400_000 }), similarity: 0.9 },
      ],
      5,
      NOON,
      7 * 86_400_000,
    )
    expect(ids(list)).toEqual(['near', 'far'])
  })
})

describe('a thin list', () => {
  it('is filled up in order, without telling a story twice', () => {
    const [one, two, three] = [candidate({ id: 'a' }), candidate({ id: 'b' }), candidate({ id: 'c' })]
    expect(ids(fillUp([one], [[one, two], [three]], 3))).toEqual(['a', 'b', 'c'])
    expect(ids(fillUp([one], [[two, three]], 2))).toEqual(['a', 'b'])
  })
})

describe('names of lists', () => {
  it('are all read back', () => {
    for (const name of allNames(taxonomy)) expect(parseListName(name), name).not.toBeNull()
  })

  it.each([
    '',
    'newest',
    'latest:world:now',
    'most-read',
    'most-read:month',
    'most-shared:day:world',
    'related',
    '__proto__:now',
  ])('%j is none', name => {
    expect(parseListName(name)).toBeNull()
  })
})
