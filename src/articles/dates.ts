/** Decides when an article was published, given how reliable its source's dates are. (pure; docs/decisions/0004) */

import { FIRST_BELIEVABLE } from '../feeds/dates/believable.ts'

/** ms: tolerated clock difference. A date further ahead is scheduled for later, or wrong. */
const MAX_AHEAD = 5 * 60_000

/** A source is judged by this many of its latest dated items. */
const VERDICTS_KEPT = 40

const isAhead = (published: string, seenAt: number): boolean => Date.parse(published) > seenAt + MAX_AHEAD

/**
 * Records a verdict on each of a source's latest dates, oldest first, one character each: `f` for a date that was in
 * the future when first seen, `.` for any other.
 * @param before  the previous return value
 * @param dates   ISO 8601 dates of the new items, or of all items if the whole document was read
 * @param isWhole whether `dates` covers the whole document; earlier verdicts are then dropped
 */
export const judgeDates = (
  before: string,
  dates: readonly (string | null)[],
  seenAt: number,
  isWhole: boolean,
): string => {
  // Documents list the newest item first.
  const found = dates.flatMap(date => (date === null ? [] : isAhead(date, seenAt) ? 'f' : '.')).reverse()
  if (found.length === 0) return before
  return `${isWhole ? '' : before}${found.join('')}`.slice(-VERDICTS_KEPT)
}

/** Whether a source's dates are reliable: not if most of its latest ones were in the future. */
export const trustsDates = (verdicts: string): boolean => verdicts.replaceAll('.', '').length * 2 <= verdicts.length

/**
 * @param published ISO 8601; null if there is no date, or if its source's dates are not trusted
 * @param seenAt    ms since the epoch: when the item was first seen
 * @param place     its place in the document, from 0; items seen together keep the feed's order, the first being the
 *   newest
 * @returns ms since the epoch; the time it was first seen if the date is missing, implausible or in the future
 */
export const publishedAt = (published: string | null, seenAt: number, place = 0): number => {
  const at = published === null ? Number.NaN : Date.parse(published)
  if (!Number.isFinite(at) || at < FIRST_BELIEVABLE || at > seenAt + MAX_AHEAD) return seenAt - place
  return Math.min(at, seenAt)
}
