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
/** What two stories have in common; one word gives this share of it. */
const common = (product: number, share = 0.2) => ({ product, largest: share * product })

describe('the coherence of a story', () => {
  it('the coherence of a story becomes clear as it grows, and few articles prove little', () => {
    const seen = [1, 2, 4, 8].map(articles => coherence(aStory(articles, 0.05)))
    expect([...seen].sort((a, b) => b - a)).toEqual(seen)
    expect(seen[0]).toBeGreaterThan(0.15)
    expect(seen[3]).toBeLessThan(0.1)
  })

  it('the coherence of a story has an upper bound, since near-copies say little about how others report it', () => {
    expect(coherence(aStory(6, 0.9))).toBe(coherence(aStory(6, 0.6)))
  })
})

describe('the relatedness of an article to a story', () => {
  it('the relatedness of an article is lower for a story of near-copies than for one told in different words', () => {
    const [tight, loose] = [aStory(6, 0.2), aStory(6, 0.05)]
    expect(relatedness(common(0.6), anArticle(), tight)).toBeLessThan(relatedness(common(0.6), anArticle(), loose))
  })

  it('the relatedness of two stories is the same in both directions', () => {
    const [one, other] = [aStory(3, 0.1), aStory(7, 0.2)]
    expect(relatedness(common(2, 0.9), one, other)).toBeCloseTo(relatedness(common(2, 0.9), other, one), 10)
  })
})

describe('what one word says of two stories', () => {
  const long = (story: Compared): Compared => ({ ...story, words: story.originals * 30 })

  it('one word says no more than two thirds of what two short articles share, and than a quarter of long ones', () => {
    const of = (share: number, article: Compared) => relatedness(common(1, share), article, article)
    expect(of(0.6, anArticle())).toBe(of(0.1, anArticle()))
    expect(of(0.9, anArticle())).toBeLessThan(of(0.6, anArticle()))
    expect(of(0.6, long(anArticle()))).toBeLessThan(of(0.2, long(anArticle())))
  })

  it('one word says more the more articles of two stories share it', () => {
    const lost = (story: Compared) =>
      relatedness(common(1, 0.9), anArticle(), story) / relatedness(common(1, 0.1), anArticle(), story)
    expect(lost(aStory(9, 0.1))).toBeGreaterThan(lost(anArticle()))
  })
})

describe('the threshold for joining a story', () => {
  it('the threshold for joining a story is lower than for joining a single article, which matches by chance more easily', () => {
    const all = [1, 2, 4, 16].map(articles => needed(anArticle(), aStory(articles), 100))
    expect([...all].sort((a, b) => b - a)).toEqual(all)
  })

  it('the threshold for joining a story rises with the number of stories in the window, up to a bound', () => {
    const at = (stories: number) => needed(anArticle(), aStory(4), stories)
    expect(at(10)).toBe(at(50))
    expect(at(1_000)).toBeGreaterThan(at(50))
    expect(at(500_000)).toBe(at(3_000))
  })

  it('the threshold for joining a story rises with its distance in time, except within the same hours', () => {
    const at = (hours: number) => needed(anArticle(hours * HOUR), aStory(4), 100)
    expect(at(3)).toBe(at(0))
    expect(at(30)).toBeGreaterThan(at(3))
    expect(at(96)).toBeGreaterThan(at(30))
  })

  it('the threshold for joining a story rises once it has lasted for days, so that no topic lives for ever', () => {
    const lasted = (days: number): Compared => ({ ...aStory(10), from: -days * 24 * HOUR, to: 0 })
    expect(needed(anArticle(), lasted(4), 100)).toBeGreaterThan(needed(anArticle(), lasted(0.5), 100))
  })

  it('the threshold for joining a story is more than one shared word, unless the story is well known', () => {
    expect([sharedNeeded(1, 20), sharedNeeded(1, 6), sharedNeeded(3, 20), sharedNeeded(9, 20)]).toEqual([3, 2, 2, 1])
  })
})
