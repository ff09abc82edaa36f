/** Windows over reads: arithmetic on buckets for those that roll, on weights for the one that decays. (pure) */

/** A rolling window is the sum of its buckets; a bucket that leaves it is subtracted once. */
export interface Rolling {
  readonly window: 'hour' | 'day' | 'week'
  /** ms a bucket spans. */
  readonly width: number
  /** Buckets in the window, the running one included. */
  readonly buckets: number
}

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Every width is a whole number of minutes, and divides the next one. */
export const ROLLING: readonly Rolling[] = [
  { window: 'hour', width: MINUTE, buckets: 60 },
  { window: 'day', width: 5 * MINUTE, buckets: 288 },
  { window: 'week', width: HOUR, buckets: 168 },
]

/** Weights are counted from here, so that they stay small enough to be exact. */
export const LANDMARK = Date.UTC(2026, 0, 1)

/**
 * Forward-decayed weight of one read (Cormode, Shkapenyuk, Srivastava, Xu: Forward Decay, ICDE 2009). Weights only grow with time, so
 * the order of a list never needs recomputing.
 * @param at when the read happened, ms since the epoch
 * @param halfLife ms, > 0
 * @returns the natural logarithm of the weight, dimensionless
 */
export const logWeight = (at: number, halfLife: number): number => (Math.LN2 * (at - LANDMARK)) / halfLife

/** Reads that a decayed score is worth now: each read counts 1 when it happens and half after every half-life. */
export const worthNow = (logScore: number, now: number, halfLife: number): number =>
  Math.exp(logScore - logWeight(now, halfLife))
