import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeDates, publishedAt, trustsDates } from '../../src/articles/dates.ts'
import { NOON } from '../support/articles.ts'

const HOUR = 3_600_000
const at = (ms: number) => new Date(NOON + ms).toISOString()

describe('a date', () => {
  it.each([
    ['past', at(-HOUR), NOON - HOUR],
    ['a little ahead, as clocks are', at(60_000), NOON],
    ['far ahead', at(18 * HOUR), NOON],
    ['missing', null, NOON],
    ['older than the web', '1970-01-01T00:00:00Z', NOON],
    ['no date', 'yesterday-ish', NOON],
  ])(
    'a publication date that is %s is accepted, or replaced by the time the article was first seen',
    (_, published, expected) => {
      expect(publishedAt(published, NOON)).toBe(expected)
    },
  )

  it('articles without a date that were seen together keep the order of the feed', () => {
    const times = [0, 1, 2, 3].map(place => publishedAt(null, NOON, place))
    expect(times).toEqual([...times].sort((a, b) => b - a))
    expect(new Set(times).size).toBe(4)
  })

  it('the date of an article is never later than when it was first seen', () => {
    fc.assert(
      fc.property(fc.option(fc.date({ noInvalidDate: true })), fc.nat(20_000), (date, place) => {
        expect(publishedAt(date?.toISOString() ?? null, NOON, place)).toBeLessThanOrEqual(NOON)
      }),
    )
  })
})

describe("a source's dates", () => {
  it("a source's dates are trusted if only one of them is in the future", () => {
    expect(trustsDates(judgeDates('', [at(18 * HOUR), at(-HOUR), at(-2 * HOUR), null], NOON, true))).toBe(true)
  })

  it("a source's dates are not trusted if most of its feed is in the future", () => {
    expect(trustsDates(judgeDates('', [at(3 * HOUR), at(2 * HOUR), at(-HOUR), null], NOON, true))).toBe(false)
  })

  it("a source's dates are not trusted while its new items arrive with future dates, and are trusted again once that stops", () => {
    let verdicts = judgeDates('', [at(-HOUR), at(-2 * HOUR)], NOON, true)
    for (let n = 0; n < 3; n += 1) verdicts = judgeDates(verdicts, [at(HOUR)], NOON, false)
    expect(trustsDates(verdicts)).toBe(false)
    for (let n = 0; n < 3; n += 1) verdicts = judgeDates(verdicts, [at(-HOUR)], NOON, false)
    expect(trustsDates(verdicts)).toBe(true)
  })

  it("a source's dates are trusted if it has none yet, and are judged by its latest forty", () => {
    expect(trustsDates(judgeDates('', [null, null], NOON, true))).toBe(true)
    const dates = Array.from({ length: 500 }, (_, n) => at(n < 40 ? HOUR : -HOUR))
    const verdicts = judgeDates('', dates, NOON, true)
    expect(verdicts).toHaveLength(40)
    // Newest first in the document: the forty are its head.
    expect(trustsDates(verdicts)).toBe(false)
  })
})
