import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { learn, type Poll } from '../../src/sources/schedule/learn.ts'
import { computeSpread, DEFAULT_FETCH_COST, nextDue, type Wishes } from '../../src/sources/schedule/next-due.ts'
import { EMPTY_MODEL, type PublishingModel } from '../../src/sources/schedule/publishing-model.ts'
import {
  formatCounts,
  formatRecentState,
  parsePublishingModel,
} from '../../src/sources/schedule/publishing-model-text.ts'
import { NOON } from '../support/articles.ts'

const settings = CrawlSettings.parse({})
const { minInterval, maxInterval } = settings
const NO_WISHES: Wishes = { fixed: undefined, asked: null }
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A source polled every `every` ms until noon, whose publications are `published`. */
const polled = (published: readonly number[], { days = 28, every = HOUR, carried = 30 } = {}): PublishingModel => {
  let rhythm = EMPTY_MODEL
  for (let now = NOON - days * DAY; now <= NOON; now += every) {
    const since = rhythm.polledAt
    rhythm = learn(rhythm, { now, published: published.filter(at => at > since && at <= now), carried })
  }
  return rhythm
}
const steady = (gap: number, days = 28): number[] =>
  Array.from({ length: Math.floor((days * DAY) / gap) }, (_, n) => NOON - n * gap - 1_000).reverse()

const due = (rhythm: PublishingModel, { now = NOON, wishes = NO_WISHES, price = DEFAULT_FETCH_COST, id = 'a' } = {}) =>
  nextDue(id, now, rhythm, wishes, settings, price)
const wait = (...args: Parameters<typeof due>): number => due(...args).at - (args[1]?.now ?? NOON)

describe('the time of the next fetch', () => {
  it('the time of the next fetch depends on the square root of the gap between publications', () => {
    // Gaps that fit no day, so that no hour stands out.
    const [often, seldom] = [wait(polled(steady(31.7 * MINUTE))), wait(polled(steady(16 * 31.7 * MINUTE)))]
    expect(seldom / often).toBeGreaterThan(3)
    expect(seldom / often).toBeLessThan(5)
  })

  it('the reason of the next fetch says in words how often the source publishes at that hour', () => {
    expect(due(polled(steady(20 * MINUTE))).reason).toMatch(
      /^publishes every (19|2[0-2]) min at this hour, \+\d+ % spread$/,
    )
  })

  it('the time of the next fetch is soon after a daily edition appears, at any hour', () => {
    const edition = (day: number) => Array.from({ length: 20 }, (_, n) => NOON - day * DAY - 7 * HOUR + n * 20_000)
    const rhythm = polled(Array.from({ length: 28 }, (_, day) => edition(28 - day)).flat(), { carried: 60 })
    let now = NOON + 8 * HOUR
    const late: number[] = []
    const out = NOON + 17 * HOUR + 7 * MINUTE
    let polls = 0
    for (let known = rhythm; now < NOON + 20 * HOUR; polls += 1) {
      const before = now
      now = due(known, { now }).at
      known = learn(known, { now, published: [], carried: null })
      if (before < out && now >= out) late.push(now - out)
    }
    expect(late[0]).toBeLessThan(15 * MINUTE)
    expect(polls).toBeLessThan(40)
  })

  it('the time of the next fetch is sooner during a burst, if the source has had bursts before', () => {
    const bursts = Array.from({ length: 14 }, (_, n) =>
      Array.from({ length: 40 }, (_, k) => NOON - (n * 2 + 1.3) * DAY + k * 4 * MINUTE),
    ).flat()
    const rhythm = polled(
      [...bursts, ...steady(5 * HOUR)].sort((a, b) => a - b),
      { every: 20 * MINUTE, carried: 200 },
    )
    const now = NOON + 30 * MINUTE
    const quiet = learn(rhythm, { now, published: [], carried: null })
    const burst = learn(rhythm, { now, published: [1, 5, 9, 13, 17].map(ago => now - ago * MINUTE), carried: 200 })
    expect(wait(burst, { now })).toBeLessThan(wait(quiet, { now }) / 2)
    expect(due(burst, { now }).reason).toContain('busier than usual')
  })

  it('the time of the next fetch moves further away while a source is silent, and closer again once it publishes', () => {
    const rhythm = polled(steady(3 * HOUR).filter(at => at < NOON - 20 * DAY))
    const awake = learn(rhythm, { now: NOON + HOUR, published: [NOON, NOON + 1, NOON + 2], carried: 30 })
    expect(wait(rhythm)).toBeGreaterThan(2 * wait(polled(steady(3 * HOUR))))
    expect(wait(awake, { now: NOON + HOUR })).toBeLessThan(wait(rhythm))
  })

  it('the time of the next fetch comes before a feed with few items can overflow', () => {
    const published = steady(2 * MINUTE)
    const small = due(polled(published, { carried: 10, every: 10 * MINUTE }), { price: 10 * HOUR })
    expect(small.at - NOON).toBeLessThan(10 * MINUTE)
    expect(small.reason).toContain('its feed holds only 10 items')
    expect(wait(polled(published, { carried: 400, every: 10 * MINUTE }), { price: 10 * HOUR })).toBeGreaterThan(
      20 * MINUTE,
    )
  })

  it('the time of the next fetch does not come early because a new feed has few items, as long as none left it', () => {
    const published = steady(5 * DAY)
    let [grown, full] = [EMPTY_MODEL, EMPTY_MODEL]
    for (let now = NOON - 28 * DAY, carried = 0; now <= NOON; now += HOUR) {
      const fresh = published.filter(at => at > now - HOUR && at <= now)
      carried += fresh.length
      grown = learn(grown, { now, published: fresh, carried })
      full = learn(full, { now, published: fresh, carried: Math.min(carried, 1) })
    }
    const ample = polled(published, { carried: 10 })
    expect(wait(grown, { price: DAY })).toBeGreaterThan(0.9 * wait(ample, { price: DAY }))
    expect(wait(full, { price: DAY })).toBeLessThan(0.5 * wait(ample, { price: DAY }))
  })

  it('the time of the next fetch depends on its price even if nothing is known to be published yet', () => {
    const silent = polled([], { days: 10, carried: 0 })
    expect(wait(silent, { price: 10_000 })).toBeLessThan(3 * HOUR)
    expect(wait(silent, { price: DAY })).toBeGreaterThan(12 * HOUR)
  })

  it("the time of the next fetch is set by the operator's interval if one is configured", () => {
    expect(due(polled(steady(MINUTE * 5)), { wishes: { ...NO_WISHES, fixed: 3 * HOUR } })).toMatchObject({
      reason: 'every 3.0 h, as configured',
    })
  })

  it('the time of the next fetch avoids the hours and days that the publisher excludes', () => {
    const skipHours = [11, 12, 13, 14]
    const { at, reason } = due(polled(steady(5 * MINUTE)), { wishes: { ...NO_WISHES, skipHours } })
    expect(new Date(at).getUTCHours()).toBe(15)
    expect(reason).toContain('the publisher asks not to be fetched before 15:00 UTC')
    const all = Array.from({ length: 24 }, (_, hour) => hour)
    expect(wait(polled(steady(5 * MINUTE)), { wishes: { ...NO_WISHES, skipHours: all } })).toBeLessThanOrEqual(
      maxInterval,
    )
  })
})

const aTime = fc.oneof(
  fc.integer({ min: NOON - 40 * DAY, max: NOON + 40 * DAY }),
  fc.constantFrom(0, 1, NOON, -5, 8.64e15, NOON - 400 * DAY),
)
const aPoll = fc.record({
  step: fc.oneof(fc.integer({ min: 0, max: 3 * DAY }), fc.constantFrom(-DAY, -1_000, 0, 60 * DAY)),
  published: fc.array(fc.option(aTime), { maxLength: 40 }),
  carried: fc.option(fc.nat(100)),
})
/** A rhythm after anything at all: clocks that step, dates that are garbage. */
const anything = fc.array(aPoll, { minLength: 1, maxLength: 12 }).map(steps => {
  let now = NOON - 10 * DAY
  let rhythm = EMPTY_MODEL
  for (const { step, published, carried } of steps) {
    now += step
    const poll: Poll = { now, published, carried }
    rhythm = learn(rhythm, poll)
  }
  return { rhythm, now }
})
const anId = fc.string({ minLength: 1, maxLength: 20 })
const aPrice = fc.double({ min: 1, max: 1e12, noNaN: true })

describe('the next fetch under arbitrary dates and clock steps', () => {
  it('the next fetch stays within its bounds, whatever dates a feed gives and however clocks step', () => {
    fc.assert(
      fc.property(anything, anId, aPrice, fc.option(fc.nat(40 * DAY)), ({ rhythm, now }, id, price, asked) => {
        const waits = wait(rhythm, { now, id, price, wishes: { fixed: undefined, asked } })
        expect(waits).toBeGreaterThanOrEqual(minInterval)
        expect(waits).toBeLessThanOrEqual(maxInterval)
      }),
    )
  })

  it("a publisher's hints only lengthen the wait for the next fetch", () => {
    fc.assert(
      fc.property(anything, anId, aPrice, fc.nat(40 * DAY), ({ rhythm, now }, id, price, asked) => {
        const own = wait(rhythm, { now, id, price })
        const wished = wait(rhythm, { now, id, price, wishes: { fixed: undefined, asked } })
        expect(wished).toBeGreaterThanOrEqual(own)
        expect(wished).toBeGreaterThanOrEqual(Math.min(asked, 2 * HOUR))
      }),
    )
  })

  it('a higher price never makes a fetch earlier', () => {
    fc.assert(
      fc.property(anything, anId, aPrice, aPrice, ({ rhythm, now }, id, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        expect(wait(rhythm, { now, id, price: low })).toBeLessThanOrEqual(wait(rhythm, { now, id, price: high }) + 1)
      }),
    )
  })

  it('a rhythm read back from the store means the same, and writing it again changes nothing', () => {
    fc.assert(
      fc.property(anything, anId, ({ rhythm, now }, id) => {
        const back = parsePublishingModel(formatCounts(rhythm), formatRecentState(rhythm), rhythm.recent)
        expect(formatCounts(back)).toBe(formatCounts(rhythm))
        expect(formatRecentState(back)).toBe(formatRecentState(rhythm))
        expect(Math.abs(wait(back, { now, id }) / wait(rhythm, { now, id }) - 1)).toBeLessThan(0.05)
      }),
    )
  })

  it('a rhythm written before the size of a feed and the cost of a poll were noted is read as before', () => {
    const rhythm = polled(steady(2 * HOUR))
    const earlier = formatRecentState(rhythm).split(' ').slice(0, -2).join(' ')
    const back = parsePublishingModel(formatCounts(rhythm), earlier, rhythm.recent)
    expect(back).toMatchObject({ polledAt: rhythm.polledAt, feedWindow: 30, carried: 30, pollCost: 1 })
    expect(Math.abs(wait(back) / wait(rhythm) - 1)).toBeLessThan(0.01)
  })

  it('a rhythm that cannot be read is learnt again', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (profile, pulse) => {
        expect(parsePublishingModel(profile, pulse, [])).toEqual(EMPTY_MODEL)
      }),
    )
  })
})

describe('the spread', () => {
  it('the spread of fetches is even across sources, and constant for each', () => {
    const spreads = Array.from({ length: 1_000 }, (_, n) => computeSpread(`source-${n}`))
    expect(Math.abs(spreads.reduce((total, each) => total + each, 0) / spreads.length)).toBeLessThan(0.01)
    expect(computeSpread('source-1')).toBe(spreads[1])
  })

  it('the spread of fetches keeps sources of the same rhythm, fetched at the same moment, from falling due together', () => {
    for (const rhythm of [
      EMPTY_MODEL,
      polled(steady(2 * HOUR)),
      polled([NOON - 20 * DAY, NOON - 19 * DAY, NOON - 18 * DAY]),
    ]) {
      const seconds = Array.from({ length: 1_000 }, (_, n) => Math.floor(due(rhythm, { id: `source-${n}` }).at / 1_000))
      const counts = new Map<number, number>()
      for (const second of seconds) counts.set(second, (counts.get(second) ?? 0) + 1)
      expect(Math.max(...counts.values())).toBeLessThan(40)
    }
  })
})
