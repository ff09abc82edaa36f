/** Says in words what a source is expected to publish, what a fetch must be worth, and the bounds of its interval. */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import { formatFineDuration } from '../../util/duration.ts'
import { MAX_COST, MIN_COST } from './budget.ts'
import { buildForecast } from './forecast.ts'
import type { PublishingModel } from './publishing-model.ts'

/** What a fetch must be worth, and why: with a budget every request counts the same. */
const explainPrice = (price: number, { pollCost }: PublishingModel, budget: number): string => {
  if (budget > 0 && price > MAX_COST * 0.99)
    return `the budget of ${budget} fetches an hour is less than the longest intervals of all sources take`
  if (budget > 0 && price <= MIN_COST)
    return `the budget of ${budget} fetches an hour is more than the shortest intervals of all sources take`
  const worth = `a fetch is worth ${price < 1_000 ? 'under 1 s' : formatFineDuration(price)} of waiting news`
  if (budget > 0) return `${worth}, to keep to ${budget} fetches an hour`
  return pollCost < 0.95
    ? `${worth}, ${Math.round(pollCost * 100)} % of a full one, since its server answers that nothing changed`
    : worth
}

/** @param price what a fetch must be worth, ms of waiting publications */
export const explainForecast = (
  model: PublishingModel,
  now: number,
  price: number,
  { minInterval, maxInterval, budget }: Pick<CrawlSettings, 'minInterval' | 'maxInterval' | 'budget'>,
): string => {
  const forecast = buildForecast(model, now)
  const busy = forecast.busy > 2 || forecast.busy < 0.5 ? `, ${forecast.busy.toFixed(1)} times as busy as usual` : ''
  const window = model.feedWindow > 0 ? `, its feed holds ${Math.round(model.feedWindow)} items` : ''
  return [
    `an item every ${formatFineDuration(1 / forecast.base)} on average, ${forecast.factorAt(now).toFixed(1)} times as many at this hour${busy}`,
    explainPrice(price, model, budget),
    `between ${formatFineDuration(minInterval)} and ${formatFineDuration(maxInterval)}${window}`,
  ].join('; ')
}
