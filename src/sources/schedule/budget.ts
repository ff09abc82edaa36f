/** A budget of requests an hour, shared out over all sources by one price for all of them. (pure) */

const DAY = 86_400_000

/** As `demandOf` says; below zero where a source is polled that many times a day whatever the price. */
export type Demand = number

export interface Bounds {
  readonly minInterval: number
  readonly maxInterval: number
}

/** Part of the budget that is planned with: the rest is for what plans do not see, such as bursts and windows that fill. */
const PLANNED = 0.9
/** ms. Beyond these a price changes nothing any more. */
const CHEAPEST = 1
const DEAREST = 1e13

/** Polls a day of a source at a price: as its demand asks for, within its bounds. */
const pollsAt = (price: number, demand: Demand, { minInterval, maxInterval }: Bounds): number =>
  demand < 0 ? -demand : Math.min(Math.max(demand / Math.sqrt(2 * price), DAY / maxInterval), DAY / minInterval)

/**
 * The price at which all sources together ask for no more than the budget, and about as much: under it intervals go with one over the square
 * root of each rate, which leaves the least mean delay a budget can buy (Cho and Garcia-Molina, TODS 2003).
 * @param demands of all sources
 * @param budget requests an hour
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
