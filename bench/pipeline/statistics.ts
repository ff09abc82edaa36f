/** Medians, quantiles, and how sure a median is. (pure) */

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)

/** @returns the middle value, the mean of the two middle ones where their number is even; NaN of nothing */
export const median = (values: readonly number[]): number => {
  const ordered = sorted(values)
  const middle = ordered.length / 2
  if (Number.isInteger(middle)) return ((ordered[middle - 1] ?? Number.NaN) + (ordered[middle] ?? Number.NaN)) / 2
  return ordered[Math.floor(middle)] ?? Number.NaN
}

/** @param q 0 to 1 */
export const quantile = (values: readonly number[], q: number): number =>
  sorted(values)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN

export interface Interval {
  readonly low: number
  readonly high: number
  /** Probability that the interval holds the median of what the values were drawn from, 0 to 1. */
  readonly confidence: number
}

/**
 * Confidence interval of a median from order statistics (Conover, Practical Nonparametric Statistics, 3.2): the narrowest symmetric pair of
 * ranks whose confidence is at least 95 %, whatever the distribution. Of fewer than six values no pair reaches it: then the range.
 */
export const medianInterval = (values: readonly number[]): Interval => {
  const ordered = sorted(values)
  const count = ordered.length
  // Probability that at most `rank` of `count` values lie below the median.
  let [term, tail] = [0.5 ** count, 0]
  let [skipped, confidence] = [0, 0]
  for (let rank = 0; rank < count / 2; rank += 1) {
    tail += term
    if (rank > 0 && 1 - 2 * tail < 0.95) break
    ;[skipped, confidence] = [rank, 1 - 2 * tail]
    term *= (count - rank) / (rank + 1)
  }
  return {
    low: ordered[skipped] ?? Number.NaN,
    high: ordered[count - 1 - skipped] ?? Number.NaN,
    confidence: Math.max(0, confidence),
  }
}
