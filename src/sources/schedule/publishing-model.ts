/**
 * A source's publishing model: what its publications so far say about those to come. An inhomogeneous Poisson process
 * whose rate is a base rate, times factors for the quarter hour of the day and the weekday (with Gamma priors, so that
 * few publications say little), times two levels that follow unusual activity: one over days (a blog that falls silent,
 * or resumes), one over hours (breaking news). It learns only from what a fetcher sees: the dates of items that are new
 * at a poll, or the time between two polls where a date is missing or implausible. All times are UTC: a publisher's
 * time zone is learnt with its hours.
 */

export const QUARTER = 900_000
export const QUARTERS = 96
export const DAY = 86_400_000

/**
 * Spans, ms, for each of which the most publications ever seen within it are kept: the feed's window must be able to
 * hold them.
 */
export const SPANS = [QUARTER, 3_600_000, 4 * 3_600_000, DAY] as const

export interface PublishingModel {
  /** Publications by quarter hour of the day and by weekday (Sunday first), older ones weighing less. */
  readonly quarters: number[]
  readonly weekdays: number[]
  /** Time up to which these counts are decayed, ms since the epoch. */
  readonly decayedAt: number
  /** Quarter hours with any publication, and days observed; both decayed like the counts above. */
  readonly clusters: number
  readonly exposure: number
  /** Days observed, not decayed. */
  readonly observed: number
  /** ms of the latest poll; 0 before the first. */
  readonly polledAt: number
  /** Latest publications, ms, newest first, repeated where several came at once; at most 50. */
  readonly recent: readonly number[]
  /** Clusters seen, and expected by hour and weekday, over the last days. */
  readonly days: Level
  /** Publications of the last hour or so, decayed. */
  readonly lately: number
  /**
   * How much better each of `CONTAGION` predicted the polls than the usual rate alone: logarithm of the likelihood
   * ratio, decayed.
   */
  readonly odds: readonly number[]
  /** Most publications seen within each of `SPANS`, slowly forgotten. */
  readonly most: readonly number[]
  /** Longest gap between publications, ms, slowly forgotten. */
  readonly longestGap: number
  /** Items its feed can hold; 0 where not known. */
  readonly feedWindow: number
  /** Items in its feed when it was last read. */
  readonly carried: number
  /** Mean cost of its latest polls, a full body being 1: less where its server answers that nothing changed. */
  readonly pollCost: number
}

export interface Level {
  readonly seen: number
  readonly expected: number
}

const NONE: Level = { seen: 0, expected: 0 }

export const EMPTY_MODEL: PublishingModel = {
  quarters: Array<number>(QUARTERS).fill(0),
  weekdays: Array<number>(7).fill(0),
  decayedAt: 0,
  clusters: 0,
  exposure: 0,
  observed: 0,
  polledAt: 0,
  recent: [],
  days: NONE,
  lately: 0,
  odds: [0, 0],
  most: SPANS.map(() => 0),
  longestGap: 0,
  feedWindow: 0,
  carried: 0,
  pollCost: 1,
}
