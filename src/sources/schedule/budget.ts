/**
 * Finds the price of a request (the fetch cost) at which all sources together stay within crawl.budget, the maximum
 * number of requests per hour. (pure)
 */

const DAY = 86_400_000

/** As `estimateDemand` returns it; negative for a source that is polled this many times a day whatever the price. */
export type Demand = number

export interface Bounds {
  readonly minInterval: number
  readonly maxInterval: number
}

/** Share of the budget that is planned; the rest is for unplanned requests, such as for bursts and full windows. */
const PLANNED = 0.9
/** Minimum and maximum price, ms. Beyond them a price has no further effect. */
const CHEAPEST = 1
const DEAREST = 1e13

/** Computes the polls of a source per day at a price, within its bounds. */
const pollsAt = (price: number, demand: Demand, { minInterval, maxInterval }: Bounds): number =>
  demand < 0 ? -demand : Math.min(Math.max(demand / Math.sqrt(2 * price), DAY / maxInterval), DAY / minInterval)

/**
 * Computes the price at which all sources together need just the planned budget. With one price for all, the interval
 * of a source is proportional to 1 / sqrt(its rate), which minimises the mean delay (Cho and Garcia-Molina, TODS 2003).
 * @param demands demands of all sources
 * @param budget requests per hour
 */
export const fetchCostFor = (demands: readonly Demand[], budget: number, bounds: Bounds): number => {
  const planned = budget * 24 * PLANNED
  const asked = (price: number) => demands.reduce((sum, demand) => sum + pollsAt(price, demand, bounds), 0)
  let [low, high] = [Math.log(CHEAPEST), Math.log(DEAREST)]
  if (asked(CHEAPEST) <= planned) return CHEAPEST
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2
    if (asked(Math.exp(middle)) > planned) low = middle
    else high = middle
  }
  return Math.exp(high)
}
