/**
 * Parses dates as feeds write them to ISO 8601 UTC. It reads RFC 822 with the deviations that occur in feeds (names in
 * other languages, two-digit years, wrong weekdays, zone names, missing zones), ISO 8601 and W3C forms, ctime, and Unix
 * times. It never throws; a date that cannot be read is null.
 */

import { toGregorian } from './calendars.ts'
import { parseMonth } from './months.ts'
import { findOffset } from './zones.ts'

const fullYear = (written: string): number => {
  const year = Number(written)
  if (written.length > 2) return year
  return year < 70 ? 2000 + year : 1900 + year
}

const DAY = 86_400_000
const KOREA = 540

interface Clock {
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** What is written around the clock, in which its zone may be. */
  readonly around: string
  /** Zone where none is written, minutes east of UTC. */
  readonly zone?: number
}

const MIDNIGHT: Clock = { hour: 0, minute: 0, second: 0, around: '' }

/**
 * Returns ms since the epoch, or undefined if a part is out of range. Hour 24, second 60 and days that the month does
 * not have roll over.
 */
const moment = (
  year: number,
  month: number,
  day: number,
  { hour, minute, second, around, zone = 0 }: Clock,
): number | undefined => {
  if (hour > 24 || minute > 59 || second > 60) return undefined
  const date = toGregorian(year, month, day)
  if (date === undefined) return undefined
  const local = date + hour * HOUR + minute * MINUTE + Math.floor(second) * 1_000
  return local - (findOffset(around, local) ?? zone) * MINUTE
}

const HOUR = 3_600_000
const MINUTE = 60_000

/** Marks of the half of the day in the languages of the news; those of Chinese, Japanese and Korean come first. */
const LATE = /^(?:p|π|μ\.?\s?μ|م|下午|晚上|午後|오후)/iu
const EARLY = /^(?:a|π\.?\s?μ|ص|上午|凌晨|午前|오전)/iu
const HALF_BEFORE = /(上午|下午|晚上|凌晨|午前|午後|오전|오후)\s?$/u

/** Ways to write a clock, the most certain first. Hour, minute, second, and for some the half of the day. */
const CLOCKS: readonly RegExp[] = [
  /(\d{1,2})[:.h](\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d+)?)?\s*([ap]\.?\s?m\b\.?|[πμ]\.?\s?μ\.?|[صم](?!\p{L}))?/iu,
  /(\d{1,2})\s?[時时시點点]\s?(?:(\d{1,2})\s?[分분]\s?(?:(\d{1,2})\s?[秒초])?)?/u,
  /(?<=^T)(\d{2})-(\d{2})-(\d{2})/i,
  /(\d{1,2})()()\s?([ap]\.?\s?m\b\.?|[πμ]\.?\s?μ\.?|[صم](?!\p{L}))/iu,
  /(\d{1,2})\s?(?:h|hs|hrs|Uhr|uur)\b\s?(\d{2})?/iu,
  // Hours and minutes without anything between, where a zone follows.
  /(?<![\d+-])(\d{2})(\d{2})(\d{2})?(?=\s?(?:Z|UTC|GMT|UT|h|hrs)\b|\s?[+-]\d{2}:?\d{2}\b)/,
]

/** Finds the clock in a text without its date. */
const findClock = (text: string): { readonly clock: Clock; readonly index: number; readonly length: number } | null => {
  for (const pattern of CLOCKS) {
    const match = pattern.exec(text)
    if (match === null) continue
    const [whole, hours, minutes, seconds, after] = match
    const before = HALF_BEFORE.exec(text.slice(0, match.index))
    const half = after ?? before?.[1] ?? ''
    const written = Number(hours)
    const hour = LATE.test(half) && !EARLY.test(half) && written < 12 ? written + 12 : written
    return {
      clock: {
        hour: EARLY.test(half) && hour === 12 ? 0 : hour,
        minute: Number(minutes || 0),
        second: Number(seconds || 0),
        around: text.slice(match.index + whole.length),
      },
      index: match.index,
      length: whole.length,
    }
  }
  return null
}

/** What may follow a date that has no clock: a zone, a weekday, a word. */
const isBareDate = (rest: string): boolean => !/\d/.test(rest.replace(/^\s?(?:UTC|GMT)?[+-]\d{1,2}:?\d{2}/, ''))

/**
 * Reads the clock in what follows a date.
 * @returns midnight if there is none; undefined if there is one that cannot be read
 */
const readClock = (rest: string): Clock | undefined => {
  if (isBareDate(rest)) return { ...MIDNIGHT, around: rest }
  return findClock(rest)?.clock
}

const ISO_DATE =
  /^(\d{4})(?:-?(\d{2})(?:-?(\d{2}))?|([-/.])(\d{1,2})\4(\d{1,2})|-?(\d{3})|-?W(\d{2})(?:-?(\d))?)?(?=[T\s_Z+,]|$|-\d{2}:)/i
/** A clock after an ISO date, with colons or without; the zone follows. */
const ISO_CLOCK =
  /^[T\s_,]+(\d{1,2})(?:(?::?(\d{2})|:(\d))(?:(?::?(\d{2})|:(\d))(?:[.,]\d+)?)?)?(?![\d:.hH]|-\d{2}-\d{2}(?!\d)|\s?(?:[ap]\.?\s?m\b|h\b|uhr|uur))/i

const parseIso = (text: string): number | undefined => {
  const match = ISO_DATE.exec(text)
  if (!match) return undefined
  const [whole, year = '', paddedMonth, paddedDay, , shortMonth, shortDay, ordinal, week, weekday] = match
  const rest = text.slice(whole.length)
  const isDay = paddedDay !== undefined || shortDay !== undefined || ordinal !== undefined || week !== undefined
  if (!isDay && rest !== '') return undefined
  const timed = ISO_CLOCK.exec(rest)
  const clock =
    timed === null
      ? readClock(rest)
      : {
          ...{ hour: Number(timed[1]), minute: Number(timed[2] ?? timed[3] ?? 0) },
          ...{ second: Number(timed[4] ?? timed[5] ?? 0), around: rest.slice(timed[0].length) },
        }
  if (clock === undefined) return undefined
  const withZone = /[년오]/.test(text) ? { zone: KOREA, ...clock } : clock
  if (ordinal !== undefined) {
    const first = moment(Number(year), 1, 1, withZone)
    return first === undefined || Number(ordinal) < 1 || Number(ordinal) > 366
      ? undefined
      : first + (Number(ordinal) - 1) * DAY
  }
  if (week !== undefined) {
    const fourth = moment(Number(year), 1, 4, withZone)
    if (fourth === undefined) return undefined
    const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY
    return monday + ((Number(week) - 1) * 7 + Number(weekday ?? 1) - 1) * DAY
  }
  return moment(Number(year), Number(paddedMonth ?? shortMonth ?? 1), Number(paddedDay ?? shortDay ?? 1), withZone)
}

/**
 * Parses dates with the month as a name, in any order that feeds use: `Thu, 01 Jan 2004 19:48:21 GMT`,
 * `Jan 1, 2004 7:48 PM EST`, `Thu Jan  1 19:48:21 2004`.
 */
const parseNamed = (text: string): number | undefined => {
  const found = findClock(text)
  const after = found ? text.slice(found.index + found.length) : ''
  const before = found ? text.slice(0, found.index) || after : text
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
  // A number beside day and year, or a colon, is a clock that could not be read.
  if (found === null && (numbers.length > 2 || text.includes(':'))) return undefined
  return moment(fullYear(year), month, Number(day), found?.clock ?? { ...MIDNIGHT, around: text.slice(-8) })
}

/**
 * Parses dates with the month as a number: `2004年01月01日 19:48`, `01.02.2004 19:48`, `1/31/2004 7:48 PM`. With dots
 * the day comes first; with slashes the month, unless it is above 12.
 */
const parseNumeric = (text: string): number | undefined => {
  for (const [pattern, order] of NUMERIC) {
    const match = pattern.exec(text)
    if (match === null) continue
    const clock = readClock(text.slice(match[0].length))
    const [year, month, day] = order(match[1] ?? '', match[2] ?? '', match[3] ?? '')
    // Dates in Korean without a zone are in Korea's.
    const zone = /[년오]/.test(text) ? { zone: KOREA } : {}
    return clock === undefined ? undefined : moment(year, month, day, { ...zone, ...clock })
  }
  return undefined
}

type Order = (first: string, second: string, third: string) => readonly [year: number, month: number, day: number]

const NUMERIC: readonly (readonly [RegExp, Order])[] = [
  [
    /^(\d{4})\s*[./年년-]\s*(\d{1,2})\s*[./月월-]\s*(\d{1,2})\s*[日일.]?/,
    (year, month, day) => [Number(year), Number(month), Number(day)],
  ],
  // Two digits with dashes are in the ISO order, with dots in the European one.
  [/^(\d{2})-(0[1-9]|1[0-2])-(\d{2})(?=\s|$)/, (year, month, day) => [fullYear(year), Number(month), Number(day)]],
  [/^(\d{1,2})[.-](\d{1,2})[.-](\d{2,4})(?!\d)/, (day, month, year) => [fullYear(year), Number(month), Number(day)]],
  [
    /^(\d{1,2})\/(\d{1,2})\/(\d{2,4})(?!\d)/,
    (first, second, year) =>
      Number(first) > 12
        ? [fullYear(year), Number(second), Number(first)]
        : [fullYear(year), Number(first), Number(second)],
  ],
]

/**
 * The zeros of scripts with their own digits: Arabic, Persian, Indian scripts, Thai, Lao, Burmese, Khmer, full width.
 */
const ZEROS = [
  0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040, 0x17e0, 0xff10,
]

const inAscii = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text)
    ? text
    : text.replace(/[^\P{Nd}0-9]/gu, digit => {
        const point = digit.codePointAt(0) ?? 0
        const zero = ZEROS.findLast(each => each <= point && point < each + 10)
        return zero === undefined ? digit : String(point - zero)
      })

/** Eras of Japan and Taiwan by the year before their first. */
const ERAS: ReadonlyMap<string, number> = new Map([
  ['令和', 2018],
  ['平成', 1988],
  ['昭和', 1925],
  ['中華民國', 1911],
  ['民國', 1911],
  ['中华民国', 1911],
])
const ERA = /^(令和|平成|昭和|中華民國|中华民国|民國)\s?(\d{1,3}|元)\s?年/

/** Annotations of RFC 9557: `[Asia/Kolkata]`, `[!u-ca=gregory]`. A zone counts only where there is no offset. */
const ANNOTATION = /\[!?([^\][]{1,80})\]/g

const withoutAnnotations = (text: string): string => {
  if (!text.includes('[')) return text
  const zones = [...text.matchAll(ANNOTATION)].flatMap(([, inside = '']) => (inside.includes('=') ? [] : inside))
  const bare = text.replace(ANNOTATION, '').trim()
  return /(?:Z|[+-]\d{2}:?\d{2})$/i.test(bare) ? bare : `${bare} ${zones[0] ?? ''}`.trim()
}

const normalise = (text: string): string =>
  withoutAnnotations(text)
    .replace(ERA, (_, era: string, year: string) => `${(ERAS.get(era) ?? 0) + (year === '元' ? 1 : Number(year))}年`)
    .replace(/^\p{L}{2,12}\.?,?\s+(?=\d)/u, '')
    .replace(/^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/, '$1-$2-$3T$4:$5:$6')
    // The plus of an offset, escaped, or read as the blank of a query.
    .replace(/^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(?:%2B| )(\d{2}:?\d{2})$/i, '$1+$2')
    // The clock before the date.
    .replace(
      /^(\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)?(?: (?:Uhr|[A-Z]{2,5}))?)[,|]? (?:on )?([^:]{6,40})$/i,
      '$2 $1',
    )
    // The Republic of China counts from 1912.
    .replace(/^(1\d{2})(?=[-/]\d{2}[-/]\d{2}(?:\D|$))/, (_, year: string) => String(Number(year) + 1911))
    // ISO 8601 of 1988 allows years of two digits: 031231, 03-335, -03-12.
    .replace(
      /^(\d{2})(\d{2})(\d{2})$/,
      (_, year: string, month: string, day: string) => `${fullYear(year)}-${month}-${day}`,
    )
    .replace(/^(\d{2})-?(\d{3})$/, (_, year: string, day: string) => `${fullYear(year)}-${day}`)
    .replace(/^-(\d{2})-?(\d{2})$/, (_, year: string, month: string) => `${fullYear(year)}-${month}`)

/** ms since the epoch, or seconds; also as .NET writes them. */
const UNIX = /^(?:\/?Date\()?(\d{9,13})(?:\.\d{1,9})?(?:[+-]\d{4})?\)?\/?$/

const format = (ms: number): string => {
  const iso = new Date(ms).toISOString()
  return `${iso.slice(0, iso.lastIndexOf('.'))}Z`
}

const NAMED = /^(?:[A-Z][a-z]{2}, )?(\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) (GMT|UTC|[+-]\d{4})$/
const STANDARD = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/
const ENGLISH = 'JanFebMarAprMayJunJulAugSepOctNovDec'

/** Rewrites the two forms that nearly all feeds write for the platform's parser; others need ours, which is slower. */
const asStandard = (text: string): string | null => {
  if (STANDARD.test(text)) return text
  const [, day, month = '', year, clock, zone = ''] = NAMED.exec(text) ?? []
  const place = ENGLISH.indexOf(month)
  if (day === undefined || place < 0 || place % 3 !== 0) return null
  const offset = zone.length === 3 ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3)}`
  return `${year}-${String(place / 3 + 1).padStart(2, '0')}-${day}T${clock}${offset}`
}

/** A date in one of the usual forms, if it is of the calendar and the years that the platform reads as we do. */
const parseUsual = (text: string): number | undefined => {
  const standard = asStandard(text)
  if (standard === null || !/^(?:19|20)/.test(standard)) return undefined
  const at = Date.parse(standard)
  return Number.isNaN(at) ? undefined : Math.floor(at / 1_000) * 1_000
}

/**
 * @param written the date as the feed writes it
 * @returns such as `2004-01-01T19:48:21Z`; null if it cannot be read, or if it has a clock that cannot
 */
export const parseDate = (written: string | null | undefined): string | null => {
  // No valid date is longer. The limit keeps the patterns fast on any input.
  const text = inAscii(written?.slice(0, 120) ?? '')
    .replace(/[\s\u200e\u200f]+/g, ' ')
    .replace(/\u2212/g, '-')
    .trim()
  if (text === '') return null
  const usual = parseUsual(text)
  if (usual !== undefined) return format(usual)
  const unix = UNIX.exec(text)?.[1]
  const bare = normalise(text)
  const ms = unix
    ? Number(unix) * (unix.length > 11 ? 1 : 1_000)
    : (parseIso(bare) ?? parseNumeric(bare) ?? parseNamed(withoutAnnotations(text)) ?? parseNamed(bare))
  return ms === undefined || !Number.isFinite(ms) ? null : format(ms)
}
