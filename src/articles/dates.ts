/** When an article was published, as far as its source can be believed. (pure; docs/decisions/0004) */

/** The web is younger; a date before it is a default somebody's software left. */
const FIRST_BELIEVABLE = Date.UTC(1995, 0, 1)

/** Clocks differ a little; what is further ahead was meant for later or is wrong. */
const AHEAD = 5 * 60_000

/** Dated items by which a source is judged: its latest. */
const JUDGED = 40

const isAhead = (published: string, seenAt: number): boolean => Date.parse(published) > seenAt + AHEAD

/**
 * How a source's latest dates were, oldest first, one character each: `f` in the future when first seen, `.` not.
 * @param before  as this gave it last
 * @param dates   ISO 8601 of the items that are new, or of all where the whole document was read
 * @param isWhole whether they are all of the document: then they alone count
 */
export const judgeDates = (
  before: string,
  dates: readonly (string | null)[],
  seenAt: number,
  isWhole: boolean,
): string => {
  // Documents stand newest first.
  const found = dates.flatMap(date => (date === null ? [] : isAhead(date, seenAt) ? 'f' : '.')).reverse()
  if (found.length === 0) return before
  return `${isWhole ? '' : before}${found.join('')}`.slice(-JUDGED)
}

/** Whether a source's dates mean anything: not where most of the latest lay in the future. */
export const trustsDates = (verdicts: string): boolean => verdicts.replaceAll('.', '').length * 2 <= verdicts.length

/**
 * @param published ISO 8601, null where there is none or its source's dates are not trusted
 * @param seenAt    ms since the epoch: when it was first seen
 * @param place     its place in the document, from 0: those seen together keep the feed's order, the first being the newest
 * @returns ms; when first seen where there is no date, an unbelievable one, or one still to come
 */
export const publishedAt = (published: string | null, seenAt: number, place = 0): number => {
  const at = published === null ? Number.NaN : Date.parse(published)
  if (!Number.isFinite(at) || at < FIRST_BELIEVABLE || at > seenAt + AHEAD) return seenAt - place
  return Math.min(at, seenAt)
}
