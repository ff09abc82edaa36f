/** Windows over reads: arithmetic on buckets for the rolling ones, on weights for the decaying one. */

/** A rolling window is the sum of its buckets; a bucket that leaves it is subtracted once. */
export interface Rolling {
  readonly window: 'hour' | 'day' | 'week'
  /** Width of a bucket, ms. */
  readonly width: number
  /** Buckets in the window, including the current one. */
  readonly buckets: number
}

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Every width is a whole number of minutes and divides the next one. */
export const ROLLING: readonly [hour: Rolling, day: Rolling, week: Rolling] = [
  { window: 'hour', width: MINUTE, buckets: 60 },
  { window: 'day', width: 5 * MINUTE, buckets: 288 },
  { window: 'week', width: HOUR, buckets: 168 },
]

/** When a rolling window begins: with its oldest bucket, ms since the epoch. */
export const beginningOf = ({ width, buckets }: Rolling, now: number): number =>
  (Math.floor(now / width) - buckets + 1) * width

/** Weights are relative to this moment, so that they stay small enough to be exact. */
export const LANDMARK = Date.UTC(2026, 0, 1)

/**
 * Forward-decayed weight of one read (Cormode, Shkapenyuk, Srivastava, Xu: Forward Decay, ICDE 2009). Weights only grow
 * with time, so the order of a list never needs recomputing.
 * @param at when the read happened, ms since the epoch
 * @param halfLife ms, > 0
 * @returns the natural logarithm of the weight, dimensionless
 */
export const logWeight = (at: number, halfLife: number): number => (Math.LN2 * (at - LANDMARK)) / halfLife

/**
 * What a decayed score is worth in reads now: each read counts 1 when it happens and half of that after every
 * half-life.
 */
export const worthNow = (logScore: number, now: number, halfLife: number): number =>
  Math.exp(logScore - logWeight(now, halfLife))

/** A range of buckets of one width, first and last included. */
export interface BucketSpan {
  readonly window: Rolling['window']
  readonly width: number
  readonly first: number
  readonly last: number
}

/** Half-lives after which a read is negligible: 2^-40. */
const MAX_HALF_LIVES = 40

/**
 * The buckets that cover the past up to now without gaps and without covering a moment twice, always the finest
 * available: minutes for the last hour, five minutes for the day, hours for the week.
 * @param now ms
 * @param halfLife ms; what is older than 40 of them is left out
 */
export const decayParts = (now: number, halfLife: number): BucketSpan[] => {
  const parts: BucketSpan[] = []
  // Everything from here on is covered.
  let covered = Number.POSITIVE_INFINITY
  for (const [place, { window, width, buckets }] of ROLLING.entries()) {
    const coarser = ROLLING[place + 1]?.width ?? width
    const oldest = Math.max(0, (Math.floor(now / width) - buckets + 1) * width, now - MAX_HALF_LIVES * halfLife)
    // The next coarser bucket begins here and covers it entirely.
    const from = Math.ceil(oldest / coarser) * coarser
    const last = covered === Number.POSITIVE_INFINITY ? Number.MAX_SAFE_INTEGER : covered / width - 1
    if (from / width <= last) parts.push({ window, width, first: from / width, last })
    covered = Math.min(covered, from)
  }
  return parts
}
