import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { fetchCostFor } from '../../src/sources/schedule/budget.ts'

const bounds = CrawlSettings.parse({})
const DAY = 86_400_000
const someDemands = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 })
const polls = (demand: number, price: number): number =>
  Math.min(Math.max(demand / Math.sqrt(2 * price), DAY / bounds.maxInterval), DAY / bounds.minInterval)

describe('the price of a poll', () => {
  it('the price of a poll plans at most a fifth more than the budget, unless the longest intervals of all sources alone exceed it', () => {
    fc.assert(
      fc.property(someDemands, fc.integer({ min: 1, max: 10_000 }), (demands, budget) => {
        const price = fetchCostFor(demands, budget, bounds)
        const total = demands.reduce((sum, demand) => sum + polls(demand, price), 0)
        expect(total).toBeLessThanOrEqual(
          Math.max(1.2 * budget * 24, demands.length * (DAY / bounds.maxInterval)) * (1 + 1e-6),
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
    const rate = (perDay: number) => DAY * Math.sqrt(perDay / DAY)
    const price = fetchCostFor([rate(4), rate(16)], 2, bounds)
    expect(polls(rate(16), price) / polls(rate(4), price)).toBeCloseTo(2, 5)
  })

  it('the price of a poll leaves sources with a configured interval the requests they need', () => {
    expect(fetchCostFor([1e5, -24], 2, bounds)).toBeGreaterThan(fetchCostFor([1e5], 2, bounds))
  })
})
