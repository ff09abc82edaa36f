/** Months by name, in the languages of the news. */

import { MONTH_NAMES } from './month-names.ts'

const MONTHS: ReadonlyMap<string, number> = new Map(
  MONTH_NAMES.flatMap((names, index) => names.split('|').map(name => [name, index + 1] as const)),
)

/**
 * @param name lower case, without dots; longer forms than those known are told by how they begin
 * @returns 1 to 12
 */
export const parseMonth = (name: string): number | undefined => {
  const known = MONTHS.get(name)
  if (known !== undefined || !/^\p{L}{4,}$/u.test(name)) return known
  return MONTHS.get(name.slice(0, 4)) ?? MONTHS.get(name.slice(0, 3))
}
