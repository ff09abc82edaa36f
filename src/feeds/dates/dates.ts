/**
 * Parses dates as feeds write them to ISO 8601 UTC. It reads RFC 822 with the deviations that occur in feeds (names in
 * other languages, two-digit years, wrong weekdays, zone names, missing zones), ISO 8601 and W3C forms, ctime, and Unix
 * times. It never throws; a date that cannot be read is null.
 */

import { parseMonth } from './months.ts'
import { zoneMinutes } from './zones.ts'

/** Years by which the Thai calendar is ahead. */
const BUDDHIST = 543

const fullYear = (written: string): number => {
  const year = Number(written)
  if (year > 2_400 && year < 2_700) return year - BUDDHIST
  if (written.length > 2) return year
  return year < 70 ? 2000 + year : 1900 + year
}

const DAY = 86_400_000
const KOREA = 540

/**
 * Returns ms since the epoch, or undefined if a part is out of range. Hour 24, second 60 and days that the month does
 * not have roll over.
 */
const moment = (
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
  zone = 0,
): number | undefined => {
  if (
    month < 1 ||
    month > 12 ||
    day < 1 ||
    day > 31 ||
    hour > 24 ||
    minute > 59 ||
    second > 60 ||
    year < 1 ||
    year > 9_999
  )
    return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime() + hour * 3_600_000 + (minute - zone) * 60_000 + Math.floor(second) * 1_000
}

const ISO =
  /^(\d{4})(?:-?(\d{2})(?:-?(\d{2}))?|-(\d{1,2})-(\d{1,2})|-?(\d{3})|-?W(\d{2})(?:-?(\d))?)?(?:[T\s_]+(\d{1,2})(?::?(\d{1,2}))?(?::?(\d{1,2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{1,2}:?\d{0,2}|(?![ap]m\b)[A-Z]{1,5})?(?:\s*\(?[A-Z]{3,5}\)?)?)?$/i

const parseIso = (text: string): number | undefined => {
  const match = ISO.exec(text)
  if (!match) return undefined
  const [
    ,
    year = '',
    paddedMonth,
    paddedDay,
    shortMonth,
    shortDay,
    ordinal,
    week,
    weekday,
    hour,
    minute,
    second,
    zone,
  ] = match
  const [month, day] = [paddedMonth ?? shortMonth, paddedDay ?? shortDay]
  const time = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0), zoneMinutes(zone)] as const
  if (ordinal !== undefined) {
    const first = moment(Number(year), 1, 1, ...time)
    return first === undefined || Number(ordinal) < 1 || Number(ordinal) > 366
      ? undefined
      : first + (Number(ordinal) - 1) * DAY
  }
  if (week !== undefined) {
    const fourth = moment(Number(year), 1, 4, ...time)
    if (fourth === undefined) return undefined
    const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY
    return monday + ((Number(week) - 1) * 7 + Number(weekday ?? 1) - 1) * DAY
  }
  return moment(Number(year), Number(month ?? 1), Number(day ?? 1), ...time)
}

const CLOCK = /(\d{1,2})[:.h](\d{1,2})(?:[:.](\d{1,2})(?:\.\d+)?)?\s*([ap]\.?\s?m\.?|[πμ]\.?\s?μ\.?|[صم](?!\p{L}))?/iu
const LATE = /^(?:p|μ|م)/iu
const EARLY = /^(?:a|π|ص)/iu
const ZONE = /(?:\b(?:GMT|UTC|Etc\/GMT))?\s*([+-]\d{1,2}:?\d{2}|[+-]\d{1,2})\b|\b([A-Z]{1,5})\b/

/**
 * Parses dates with the month as a name, in any order that feeds use: `Thu, 01 Jan 2004 19:48:21 GMT`,
 * `Jan 1, 2004 7:48 PM EST`, `Thu Jan  1 19:48:21 2004`.
 */
const parseNamed = (text: string): number | undefined => {
  const clock = CLOCK.exec(text)
  const after = clock ? text.slice(clock.index + clock[0].length) : ''
  const before = clock ? text.slice(0, clock.index) || after : text
  const words = before
    .toLowerCase()
    .split(/[\s,،/.'’-]+|(?<=\d)(?=[^\d\s])|(?<=[\p{L}\p{M}])(?=\d)/u)
    .filter(Boolean)
  // The last match is the month: French and Spanish weekdays may look like months (`mar. 02 janv.`). Names of months
  // may be two words (`كانون الثاني`).
  const months = words.map((word, index) => parseMonth(`${word} ${words[index + 1]}`) ?? parseMonth(word))
  const month = months.findLast(each => each !== undefined)
  if (month === undefined) return undefined
  const numbers = words.filter(word => /^\d{1,4}$/.test(word))
  const yearAfter = /(?:^|\s)(\d{4})(?:\s|$)/.exec(after)?.[1]
  let [day, year] = numbers
  if (numbers.length === 1 && yearAfter) year = yearAfter
  if (day !== undefined && day.length === 4) [day, year] = [year, day]
  if (day === undefined || year === undefined) return undefined
  let hour = Number(clock?.[1] ?? 0)
  const half = clock?.[4] ?? ''
  if (LATE.test(half) && hour < 12) hour += 12
  if (EARLY.test(half) && hour === 12) hour = 0
  const zone = ZONE.exec(after)
  return moment(
    fullYear(year),
    month,
    Number(day),
    hour,
    Number(clock?.[2] ?? 0),
    Number(clock?.[3] ?? 0),
    zoneMinutes(zone?.[1] ?? zone?.[2]),
  )
}

/**
 * Parses dates with the month as a number: `2004年01月01日 19:48`, `01.02.2004 19:48`, `1/31/2004 7:48 PM`. With dots
 * the day comes first; with slashes the month, unless it is above 12.
 */
const parseNumeric = (text: string): number | undefined => {
  const [hour, minute, second] = (CLOCK.exec(text.replace(/^[^\s]+/, ''))?.slice(1, 4) ?? []).map(part =>
    Number(part ?? 0),
  )
  const half = /\b([ap])\.?m\b|(오후|午後|下午)/i.exec(text)
  const late = half && half[1]?.toLowerCase() !== 'a' && (hour ?? 0) < 12 ? 12 : 0
  const written = /[+-]\d{2}:?\d{2}$/.exec(text)?.[0] ?? /\b([A-Z]{3,4})$/.exec(text)?.[1]
  // Dates in Korean without a zone are in Korea's.
  const zone = written === undefined && /[년오]/.test(text) ? KOREA : zoneMinutes(written)
  const clock = [(hour ?? 0) + late, minute ?? 0, second ?? 0, zone] as const
  const yearFirst = /^(\d{4})\s*[./年년-]\s*(\d{1,2})\s*[./月월-]\s*(\d{1,2})/.exec(text)
  if (yearFirst) return moment(Number(yearFirst[1]), Number(yearFirst[2]), Number(yearFirst[3]), ...clock)
  // Two digits with dashes are in the ISO order, with dots in the European one.
  const short = /^(\d{2})-(\d{2})-(\d{2})(?=\s|$)/.exec(text)
  if (short && Number(short[2]) <= 12)
    return moment(fullYear(short[1] ?? ''), Number(short[2]), Number(short[3]), ...clock)
  const dotted = /^(\d{1,2})[.-](\d{1,2})[.-](\d{2,4})\b/.exec(text)
  if (dotted) return moment(fullYear(dotted[3] ?? ''), Number(dotted[2]), Number(dotted[1]), ...clock)
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{2,4})\b/.exec(text)
  if (!slashed) return undefined
  const [first, second_, year] = [Number(slashed[1]), Number(slashed[2]), fullYear(slashed[3] ?? '')]
  return first > 12 ? moment(year, second_, first, ...clock) : moment(year, first, second_, ...clock)
}

/**
 * The zeros of scripts with their own digits: Arabic, Persian, Indian scripts, Thai, Lao, Burmese, Khmer, full width.
 */
const ZEROS = [
  0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040, 0x17e0, 0xff10,
]

const inAscii = (text: string): string =>
  text.replace(/[^\P{Nd}0-9]/gu, digit => {
    const point = digit.codePointAt(0) ?? 0
    const zero = ZEROS.findLast(each => each <= point && point < each + 10)
    return zero === undefined ? digit : String(point - zero)
  })

/**
 * @param written the date as the feed writes it
 * @returns such as `2004-01-01T19:48:21Z`; null if it cannot be read
 */
export const parseDate = (written: string | null | undefined): string | null => {
  // No valid date is longer. The limit keeps the patterns fast on any input.
  const text = inAscii(written?.slice(0, 120) ?? '')
    .replace(/[\s\u200e\u200f]+/g, ' ')
    .trim()
  if (text === '') return null
  const bare = text
    .replace(/^\p{L}{2,12}\.?,?\s+(?=\d)/u, '')
    .replace(/^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/, '$1-$2-$3T$4:$5:$6')
    // ISO 8601 of 1988 allows years of two digits: 031231, 03-335, -03-12.
    .replace(
      /^(\d{2})(\d{2})(\d{2})$/,
      (_, year: string, month: string, day: string) => `${fullYear(year)}-${month}-${day}`,
    )
    .replace(/^(\d{2})-?(\d{3})$/, (_, year: string, day: string) => `${fullYear(year)}-${day}`)
    .replace(/^-(\d{2})-?(\d{2})$/, (_, year: string, month: string) => `${fullYear(year)}-${month}`)
  const unix = /^(\d{9,13})(?:\.\d{1,9})?$/.exec(text)?.[1]
  const ms = unix
    ? Number(unix) * (unix.length > 11 ? 1 : 1_000)
    : (parseIso(bare) ?? parseNumeric(bare) ?? parseNamed(text))
  if (ms === undefined || !Number.isFinite(ms)) return null
  const iso = new Date(ms).toISOString()
  return `${iso.slice(0, iso.lastIndexOf('.'))}Z`
}
