/** Trending: read significantly more than the baseline. */

import { type Baseline, lowerBound } from './baseline.ts'
import { byScore, type Candidate, computeAge, oncePerStory, type Ranked } from './candidate.ts'

/** Views of a story in the last hour and in the last day, that hour included. */
export interface Pace {
  readonly candidate: Candidate
  readonly hour: number
  readonly day: number
}

export interface TrendRule {
  readonly now: number
  readonly size: number
  /** ms beyond which nothing trends. */
  readonly maxAge: number
  readonly baseline: Baseline
  /** Standard deviations by which the last hour must be sure: 1.96 is 97.5 %. */
  readonly z: number
  /** Times what was expected below which nothing trends. */
  readonly minRatio: number
}

const HOUR = 3_600_000
/** Reads expected at least: a first read of an article nobody read is no trend. */
const FLOOR = 2

/**
 * Reads per hour to be expected: its own pace before the last hour, but no less than is usual for its section at this
 * hour.
 */
const expected = ({ candidate, hour, day }: Pace, { now, baseline }: TrendRule): number => {
  const hours = Math.min(24, Math.max(1, computeAge(candidate, now) / HOUR)) - 1
  const before = hours < 1 ? 0 : Math.max(0, day - hour) / hours
  return Math.max(before, baseline(candidate.article.section, now), FLOOR)
}

/**
 * By how many times the last hour surely exceeds what was expected:
 *   lowerBound(reads of the last hour, z) / max(own pace per hour before it, usual for section and hour, 2)
 * The bound (src/lists/rules/baseline.ts) makes three reads in place of one no trend, and three hundred in place of a
 * hundred one.
 */
export const rankTrending = (paces: readonly Pace[], rule: TrendRule): Ranked[] =>
  oncePerStory(
    paces
      .filter(({ candidate }) => computeAge(candidate, rule.now) <= rule.maxAge)
      .map(pace => ({ ...pace, score: lowerBound(pace.hour, rule.z) / expected(pace, rule) }))
      .filter(({ score }) => score >= rule.minRatio)
      .sort(byScore),
    ({ candidate }) => candidate,
  )
    .slice(0, rule.size)
    .map(pace => ({
      candidate: pace.candidate,
      score: pace.score,
      placedBy: 'rule',
      terms: () => [
        {
          name: 'surely read',
          value: lowerBound(pace.hour, rule.z),
          of: `${pace.hour} in the last hour, less ${rule.z} standard deviations`,
        },
        {
          name: 'expected',
          value: expected(pace, rule),
          of: `${pace.day} in the last day; usual ${rule.baseline(pace.candidate.article.section, rule.now).toFixed(1)} an hour`,
        },
      ],
    }))
