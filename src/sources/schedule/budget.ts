/** Shares a budget of requests per hour between all sources, by one fetch cost that is the same for all of them. */

const DAY = 86_400_000

/** How many polls a source asks for. */
export interface Demand {
  /** Polls per day times sqrt(2 cost); a negative number means that many polls per day whatever the fetch cost. */
  readonly root: number
  /** Polls per day at most, because its publisher asks for no more. */
  readonly most: number
}

/** Demand of a source that is polled at a fixed interval, ms. */
export const fixedDemand = (interval: number): Demand => ({ root: -DAY / interval, most: Number.POSITIVE_INFINITY })

export const formatDemand = ({ root, most }: Demand): string =>
  [root, ...(Number.isFinite(most) ? [most] : [])].map(value => value.toPrecision(4)).join(' ')

export const parseDemand = (text: string): Demand => {
  const [root, most] = text.split(' ').map(Number)
  return { root: root ?? 0, most: most ?? Number.POSITIVE_INFINITY }
}

export interface Bounds {
  readonly minInterval: number
  readonly maxInterval: number
}

/**
 * Share of the budget that is planned: more than all of it, so that some sources are always due and every hour uses its
 * budget, at night too. All of them then wait about equally long for their turn, in the order in which they fell due.
 */
const PLANNED = 1.5
/** Bounds of the fetch cost, ms: beyond them it has no effect. */
const MIN_COST = 1
const MAX_COST = 1e13

/** Polls per day of a source at a fetch cost: what its demand asks for, within its bounds. */
const pollsAt = (cost: number, { root, most }: Demand, { minInterval, maxInterval }: Bounds): number =>
  root < 0 ? -root : Math.min(Math.max(root / Math.sqrt(2 * cost), DAY / maxInterval), DAY / minInterval, most)

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
  for (let step = 0; step < 24; step += 1) {
    const middle = (low + high) / 2
    if (asked(Math.exp(middle)) > planned) low = middle
    else high = middle
  }
  return Math.exp(high)
}
