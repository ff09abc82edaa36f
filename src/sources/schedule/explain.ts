/** Says in words what a source is expected to publish, what a fetch must be worth, and the bounds of its interval. */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import { formatFineDuration } from '../../util/duration.ts'
import { buildForecast } from './forecast.ts'
import type { PublishingModel } from './publishing-model.ts'

/** @param price what a fetch must be worth, ms of waiting publications */
export const explainForecast = (
  model: PublishingModel,
  now: number,
  price: number,
  { minInterval, maxInterval }: Pick<CrawlSettings, 'minInterval' | 'maxInterval'>,
): string => {
  const forecast = buildForecast(model, now)
  const busy = forecast.busy > 2 || forecast.busy < 0.5 ? `, ${forecast.busy.toFixed(1)} times as busy as usual` : ''
  const window = model.feedWindow > 0 ? `, its feed holds ${Math.round(model.feedWindow)} items` : ''
  return [
    `an item every ${formatFineDuration(1 / forecast.base)} on average, ${forecast.factorAt(now).toFixed(1)} times as many at this hour${busy}`,
    `a fetch is worth ${formatFineDuration(price)} of waiting news`,
    `between ${formatFineDuration(minInterval)} and ${formatFineDuration(maxInterval)}${window}`,
  ].join('; ')
}
