/** Shares a budget of requests per hour between all sources, by one fetch cost that is the same for all of them. */

const DAY = 86_400_000

/**
 * What `demandUnder` returns. A negative number means that the source is polled that many times a day whatever the
 * fetch cost.
 */
export type Demand = number

export interface Bounds {
  readonly minInterval: number
  readonly maxInterval: number
}

/**
 * Share of the budget that is planned: more than all of it. Most sources publish by day, and what a plan for the mean
 * hour leaves at night is lost; by day, sources wait in the order in which they fell due.
 */
const PLANNED = 1.2
/** Bounds of the fetch cost, ms: beyond them it has no effect. */
const MIN_COST = 1
const MAX_COST = 1e13

/** Polls per day of a source at a fetch cost: what its demand asks for, within its bounds. */
const pollsAt = (cost: number, demand: Demand, { minInterval, maxInterval }: Bounds): number =>
  demand < 0 ? -demand : Math.min(Math.max(demand / Math.sqrt(2 * cost), DAY / maxInterval), DAY / minInterval)

/**
 * The fetch cost at which all sources together ask for about the budget, and no more. Each interval is then
 * proportional to one over the square root of the rate, which gives the least mean delay for a budget (Cho and
 * Garcia-Molina, TODS 2003).
 * @param demands of all sources
 * @param budget requests per hour
 */
export const fetchCostFor = (demands: readonly Demand[], budget: number, bounds: Bounds): number => {
  const planned = budget * 24 * PLANNED
  const asked = (cost: number) => demands.reduce((sum, demand) => sum + pollsAt(cost, demand, bounds), 0)
  let [low, high] = [Math.log(MIN_COST), Math.log(MAX_COST)]
  if (asked(MIN_COST) <= planned) return MIN_COST
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2
    if (asked(Math.exp(middle)) > planned) low = middle
    else high = middle
  }
  return Math.exp(high)
}
