/** The rule of `trending`: ranks stories that were read significantly more than expected. */

import { type Baseline, lowerBound } from './baseline.ts'
import { byScore, type Candidate, computeAge, oncePerStory, type Ranked } from './candidate.ts'

/** Views of a story in the last hour, and in the last day including that hour. */
export interface Pace {
  readonly candidate: Candidate
  readonly hour: number
  readonly day: number
}

export interface TrendRule {
  readonly now: number
  readonly size: number
  /** Maximum age of a trending story, ms. */
  readonly maxAge: number
  readonly baseline: Baseline
  /** Confidence of the lower bound, in standard deviations: 1.96 is 97.5 %. */
  readonly z: number
  /** Minimum score: ratio of the lower bound to the expected reads. */
  readonly minRatio: number
}

const HOUR = 3_600_000
/** Minimum of the expected reads, so that the first reads of an unread article are no trend. */
const FLOOR = 2

/** Expected reads per hour: the story's own pace before the last hour, but at least the baseline of its section. */
const expected = ({ candidate, hour, day }: Pace, { now, baseline }: TrendRule): number => {
  // Readers have had it since it began, however new its news is.
  const hours = Math.min(24, Math.max(1, (now - candidate.story.begunAt) / HOUR)) - 1
  const before = hours < 1 ? 0 : Math.max(0, day - hour) / hours
  return Math.max(before, baseline(candidate.article.section, now), FLOOR)
}

/** Whether so many reads in the last hour may suffice: at least the minimum is expected of any story. */
export const mayTrend = (hour: number, { z, minRatio }: Pick<TrendRule, 'z' | 'minRatio'>): boolean =>
  lowerBound(hour, z) >= FLOOR * minRatio

/**
 * Ranks stories by the ratio of the lower bound of their reads in the last hour to the expected reads:
 *   lowerBound(reads of the last hour, z) / max(own pace per hour before it, baseline of section and hour, 2)
 * With the lower bound (src/lists/rules/baseline.ts), three reads instead of one are no trend, but three hundred
 * instead of a hundred are.
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
