/**
 * The baseline: reads that an article of a section gets in an hour, by hour of the day; and the confidence that a count
 * exceeds it.
 */

/** Baseline of a section at a time: reads per article and hour. */
export type Baseline = (section: string, at: number) => number

/** Hour of the day, UTC; baselines are kept by it because reading habits follow the day. */
export const getHour = (at: number): number => Math.floor(at / 3_600_000) % 24

/** Weight of a new observation: about the last week counts. */
const LEARNT = 0.2

/** Exponentially weighted mean (Roberts, 1959); the first observation is taken as it is. */
export const blend = (before: number | null, observed: number): number =>
  before === null ? observed : before + LEARNT * (observed - before)

/** Baseline of a section without observations yet. */
export const UNKNOWN = 1

/**
 * Ratio of reads to the baseline, drawn towards 1 by a prior of `prior` reads, so that few reads say little:
 *   (reads + prior) / (usual + prior)
 * the mean of a gamma posterior of the rate over its expectation (Gelman et al., Bayesian Data Analysis, section 2.6).
 */
export const ratioToBaseline = (reads: number, usual: number, prior: number): number =>
  (reads + prior) / (usual + prior)

/**
 * Lower confidence bound of a Poisson count: its square root varies alike whatever the mean (Anscombe, 1948).
 *   max(0, sqrt(count + 3/8) - z / 2)^2 - 3/8, and no less than 0
 * @param z standard deviations
 */
export const lowerBound = (count: number, z: number): number =>
  Math.max(0, Math.max(0, Math.sqrt(count + 3 / 8) - z / 2) ** 2 - 3 / 8)
