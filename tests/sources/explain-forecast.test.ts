import { describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { explainForecast } from '../../src/sources/schedule/explain.ts'
import { learn } from '../../src/sources/schedule/learn.ts'
import { EMPTY_MODEL } from '../../src/sources/schedule/publishing-model.ts'
import { NOON } from '../support/articles.ts'

const HOUR = 3_600_000

describe('the forecast in words', () => {
  it('the forecast in words names the rate, the factor of the hour, the price of a fetch and the bounds of the interval', () => {
    let model = EMPTY_MODEL
    // One item each noon.
    for (let now = NOON - 28 * 24 * HOUR; now <= NOON; now += HOUR)
      model = learn(model, { now, published: (now - NOON) % (24 * HOUR) === 0 ? [now] : [], carried: 12 })
    const said = explainForecast(model, NOON, 600_000, CrawlSettings.parse({}))
    expect(said).toMatch(
      /^an item every (2\d\.\d h|1\.\d days) on average, \d+\.\d times as many at this hour.*; a fetch is worth 10 min of waiting news; between 2 min and 24\.0 h, its feed holds 12 items$/,
    )
    const withBudget = CrawlSettings.parse({ budget: 800 })
    expect(explainForecast(model, NOON, 300_000, withBudget)).toContain(
      'a fetch is worth 5 min of waiting news, to keep to 800 fetches an hour; between',
    )
    expect(explainForecast(model, NOON, 1e13, withBudget)).toContain(
      'the budget of 800 fetches an hour is less than the longest intervals of all sources take; between',
    )
    expect(explainForecast(model, NOON, 1, withBudget)).toContain('more than the shortest intervals')
    expect(explainForecast({ ...model, pollCost: 0.4 }, NOON, 240_000, CrawlSettings.parse({}))).toContain(
      'a fetch is worth 4 min of waiting news, 40 % of a full one, since its server answers that nothing changed; between',
    )
    const at = (now: number) =>
      Number(/([\d.]+) times as many/.exec(explainForecast(model, now, 1, CrawlSettings.parse({})))?.[1])
    expect(at(NOON)).toBeGreaterThan(4 * at(NOON + 9 * HOUR))
  })
})
