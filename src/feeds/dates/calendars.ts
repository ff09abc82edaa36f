/**
 * Dates of other calendars in the place of Gregorian ones, told by their years: no news is of the year 1403 or 2567.
 * Days are converted by the platform's own calendars.
 */

const DAY = 86_400_000

/** Years by which the Thai calendar is ahead. */
const BUDDHIST = 543

interface Calendar {
  /** Years of the calendar that are years of the web. */
  readonly from: number
  readonly to: number
  /** As Intl names it. */
  readonly name: string
  /** About when its year 1 began, as a Gregorian year, and the length of its years in days. */
  readonly begins: number
  readonly days: number
}

const CALENDARS: readonly Calendar[] = [
  { from: 1370, to: 1424, name: 'persian', begins: 622.22, days: 365.2422 },
  { from: 1425, to: 1490, name: 'islamic-umalqura', begins: 622.54, days: 354.367 },
]

const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (name: string): Intl.DateTimeFormat => {
  const known = formats.get(name)
  if (known) return known
  const format = new Intl.DateTimeFormat(`en-US-u-ca-${name}-nu-latn`, {
    ...{ timeZone: 'UTC', year: 'numeric', month: 'numeric', day: 'numeric' },
  })
  formats.set(name, format)
  return format
}

/** Days since the beginning of the calendar, about: months have some 30 days. */
const daysOf = (year: number, month: number, day: number, days: number): number =>
  year * days + ((month - 1) * days) / 12 + day

/** Steps towards the day, each at most as wrong as a month is long, and days to look around at the end. */
const STEPS = 2
const AROUND = [0, 1, -1, 2, -2, 3, -3]

const convert = ({ name, begins, days }: Calendar, year: number, month: number, day: number): number | undefined => {
  const read = (at: number): readonly number[] => {
    const parts = new Map(
      formatOf(name)
        .formatToParts(at * DAY)
        .map(part => [part.type, Number(part.value)]),
    )
    return [parts.get('year') ?? 0, parts.get('month') ?? 0, parts.get('day') ?? 0]
  }
  const wanted = daysOf(year, month, day, days)
  let at = Math.round((begins - 1970) * 365.2425 + wanted - days)
  for (let step = 0; step < STEPS; step += 1) {
    const [y = 0, m = 0, d = 0] = read(at)
    at += Math.round(wanted - daysOf(y, m, d, days))
  }
  const found = AROUND.map(off => at + off).find(each => read(each).join() === [year, month, day].join())
  return found === undefined ? undefined : found * DAY
}

/**
 * The day of a date in the calendar that its year is of. A day that a Gregorian month does not have rolls
 * over.
 * @returns its beginning in UTC, ms since the epoch; undefined if a part is out of range
 */
export const toGregorian = (year: number, month: number, day: number): number | undefined => {
  if (month < 1 || month > 12 || day < 1 || day > 31 || year < 1 || year > 9_999) return undefined
  const calendar = CALENDARS.find(({ from, to }) => year >= from && year <= to)
  if (calendar) return convert(calendar, year, month, day)
  const date = new Date(0)
  date.setUTCFullYear(year > 2_400 && year < 2_700 ? year - BUDDHIST : year, month - 1, day)
  return date.getTime()
}
