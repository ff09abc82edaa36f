/** Which dates can be the publication of news. (pure) */

/** Earlier dates predate the news web: they are defaults left by publishing software. */
export const FIRST_BELIEVABLE = Date.UTC(1995, 0, 1)
/** Later dates are defaults as well, such as the last day that a database has. */
const LAST_BELIEVABLE = Date.UTC(2100, 0, 1)

/** @param date as `parseDate` returns it */
export const isBelievable = (date: string): boolean => {
  const at = Date.parse(date)
  return at >= FIRST_BELIEVABLE && at < LAST_BELIEVABLE
}

/**
 * The first believable date; where none is, the first at all.
 * @param dates the best first
 */
export const chooseDate = (dates: readonly (string | null)[]): string | null =>
  dates.find(date => date !== null && isBelievable(date)) ?? dates.find(date => date !== null) ?? null
