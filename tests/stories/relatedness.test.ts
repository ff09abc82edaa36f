import { describe, expect, it } from 'vitest'
import { type Compared, coherence, needed, relatedness, sharedNeeded } from '../../src/stories/rules/relatedness.ts'

const HOUR = 3_600_000

/** A story of so many articles whose mean similarity is this. */
const aStory = (originals: number, similarity = 0, at = 0): Compared => ({
  originals,
  squared: originals + originals * (originals - 1) * similarity,
  words: originals * 10,
  from: at,
  to: at,
})
const anArticle = (at = 0) => aStory(1, 0, at)

describe('how coherent a story is', () => {
  it('how coherent a story is comes to light as it grows: few articles prove little', () => {
    const seen = [1, 2, 4, 8].map(articles => coherence(aStory(articles, 0.05)))
    expect([...seen].sort((a, b) => b - a)).toEqual(seen)
    expect(seen[0]).toBeGreaterThan(0.15)
    expect(seen[3]).toBeLessThan(0.1)
  })

  it('how coherent a story is has an upper bound: near-copies say little of how others tell the same', () => {
    expect(coherence(aStory(6, 0.9))).toBe(coherence(aStory(6, 0.6)))
  })
})

describe('how closely an article is related to a story', () => {
  it('a story whose papers write the same demands more than one that each tells in words of its own', () => {
    const [tight, loose] = [aStory(6, 0.2), aStory(6, 0.05)]
    expect(relatedness(6 * 0.1, anArticle(), tight)).toBeLessThan(relatedness(6 * 0.1, anArticle(), loose))
  })

  it('is the same whichever of the two is asked about', () => {
    const [one, other] = [aStory(3, 0.1), aStory(7, 0.2)]
    expect(relatedness(2, one, other)).toBeCloseTo(relatedness(2, other, one), 10)
  })
})

describe('what is needed to join', () => {
  it('is less for a large story than for a single article, which is alike by chance sooner', () => {
    const all = [1, 2, 4, 16].map(articles => needed(anArticle(), aStory(articles), 100))
    expect([...all].sort((a, b) => b - a)).toEqual(all)
  })

  it('is more in a window of many stories, up to a bound', () => {
    const at = (stories: number) => needed(anArticle(), aStory(4), stories)
    expect(at(10)).toBe(at(50))
    expect(at(1_000)).toBeGreaterThan(at(50))
    expect(at(500_000)).toBe(at(3_000))
  })

  it('is more the longer ago the story was, not within the same hours', () => {
    const at = (hours: number) => needed(anArticle(hours * HOUR), aStory(4), 100)
    expect(at(3)).toBe(at(0))
    expect(at(30)).toBeGreaterThan(at(3))
    expect(at(96)).toBeGreaterThan(at(30))
  })

  it('is more for a story that has lasted for days, so that a topic does not live for ever', () => {
    const lasted = (days: number): Compared => ({ ...aStory(10), from: -days * 24 * HOUR, to: 0 })
    expect(needed(anArticle(), lasted(4), 100)).toBeGreaterThan(needed(anArticle(), lasted(0.5), 100))
  })

  it('is more than one shared word, unless the story is known well', () => {
    expect([sharedNeeded(1, 20), sharedNeeded(1, 6), sharedNeeded(3, 20), sharedNeeded(9, 20)]).toEqual([3, 2, 2, 1])
  })
})
