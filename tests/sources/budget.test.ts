import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { type Demand, fetchCostFor, fixedDemand, formatDemand, parseDemand } from '../../src/sources/schedule/budget.ts'

const bounds = CrawlSettings.parse({})
const DAY = 86_400_000
const free = (root: number): Demand => ({ root, most: Number.POSITIVE_INFINITY })
const someDemands = fc.array(
  fc.record({
    root: fc.double({ min: 0, max: 1e6, noNaN: true }),
    most: fc.constantFrom(1, 24, Number.POSITIVE_INFINITY),
  }),
  { minLength: 1, maxLength: 50 },
)
const polls = ({ root, most }: Demand, price: number): number =>
  Math.min(Math.max(root / Math.sqrt(2 * price), DAY / bounds.maxInterval), DAY / bounds.minInterval, most)

describe('the price of a poll', () => {
  it('the price of a poll plans at most half more than the budget, unless the longest intervals of all sources alone exceed it', () => {
    fc.assert(
      fc.property(someDemands, fc.integer({ min: 1, max: 10_000 }), (demands, budget) => {
        const price = fetchCostFor(demands, budget, bounds)
        const total = demands.reduce((sum, demand) => sum + polls(demand, price), 0)
        expect(total).toBeLessThanOrEqual(
          Math.max(1.5 * budget * 24, demands.length * (DAY / bounds.maxInterval)) * (1 + 1e-6),
        )
      }),
    )
  })

  it('the price of a poll never rises with a larger budget', () => {
    fc.assert(
      fc.property(
        someDemands,
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 1, max: 999 }),
        (demands, one, more) => {
          expect(fetchCostFor(demands, one + more, bounds)).toBeLessThanOrEqual(
            fetchCostFor(demands, one, bounds) * (1 + 1e-9),
          )
        },
      ),
    )
  })

  it('the price of a poll shares the budget by the square root of the rates: four times the news, twice the polls', () => {
    const rate = (perDay: number) => free(DAY * Math.sqrt(perDay / DAY))
    const price = fetchCostFor([rate(4), rate(16)], 2, bounds)
    expect(polls(rate(16), price) / polls(rate(4), price)).toBeCloseTo(2, 5)
  })

  it('the price of a poll leaves sources with a configured interval the requests they need', () => {
    const hourly = fixedDemand(3_600_000)
    expect(fetchCostFor([free(1e5), hourly], 2, bounds)).toBeGreaterThan(fetchCostFor([free(1e5)], 2, bounds))
  })

  it('the price of a poll falls where publishers ask for fewer polls, so that the others use what these leave', () => {
    const asking = { root: 1e5, most: 24 }
    const price = fetchCostFor([free(1e5), asking], 4, bounds)
    expect(price).toBeLessThan(fetchCostFor([free(1e5), free(1e5)], 4, bounds) / 2)
    expect(polls(free(1e5), price) + polls(asking, price)).toBeCloseTo(1.5 * 4 * 24, 1)
  })

  it('what a source asks of the budget is read back as it was written, to four digits', () => {
    for (const demand of [free(412.3), { root: 412.3, most: 24 }, fixedDemand(600_000), { root: 0, most: 12 }])
      expect(parseDemand(formatDemand(demand))).toEqual(demand)
  })
})
