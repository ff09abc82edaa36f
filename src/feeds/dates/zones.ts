/** Time zones as feeds name them: offsets, names of the platform's zone data, abbreviations. */

/**
 * Minutes east of UTC. Ambiguous names (IST, CST) have the meaning of RFC 822, or else the one most common in news.
 */
const ZONES: Readonly<Record<string, number>> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  wet: 0,
  west: 60,
  bst: 60,
  cet: 60,
  mez: 60,
  met: 60,
  cest: 120,
  mesz: 120,
  mest: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  msd: 240,
  trt: 180,
  gst: 240,
  pkt: 300,
  ist: 330,
  npt: 345,
  wib: 420,
  ict: 420,
  hkt: 480,
  sgt: 480,
  pht: 480,
  awst: 480,
  jst: 540,
  kst: 540,
  acst: 570,
  acdt: 630,
  aest: 600,
  aedt: 660,
  nzst: 720,
  nzdt: 780,
  sast: 120,
  cat: 120,
  eat: 180,
  wat: 60,
  brt: -180,
  art: -180,
  clt: -240,
  nst: -210,
  ndt: -150,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  akst: -540,
  akdt: -480,
  hst: -600,
  ast: -240,
  adt: -180,
  et: -300,
  ct: -360,
  mt: -420,
  pt: -480,
  a: -60,
  b: -120,
  m: -720,
  n: 60,
  y: 720,
}

/** Zones of the platform's data by name in lower case; null for a name that it does not know. */
const platform = new Map<string, Intl.DateTimeFormat | null>()
/** The platform has some 600 names; a feed may hold any number of others. */
const MAX_NAMES = 1_000

const findZone = (name: string): Intl.DateTimeFormat | null => {
  const key = name.toLowerCase()
  const known = platform.get(key)
  if (known !== undefined) return known
  if (platform.size >= MAX_NAMES) platform.clear()
  let format: Intl.DateTimeFormat | null = null
  try {
    format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    })
  } catch {
    // No name of a zone.
  }
  platform.set(key, format)
  return format
}

/** What clocks in a zone show at an instant, as ms since the epoch if they showed UTC. */
const shownAt = (format: Intl.DateTimeFormat, at: number): number => {
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const get = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  return Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'))
}

const DAY = 86_400_000
const MINUTE = 60_000

/**
 * Minutes east of UTC of a zone when its clocks show a time. A time that they show twice is the first; one that they
 * skip is as before they were set (as Temporal has it).
 * @param local what the clocks show, as ms since the epoch if they showed UTC
 */
const offsetWhen = (format: Intl.DateTimeFormat, local: number): number => {
  const offsetAt = (at: number): number => shownAt(format, at) - at
  const before = offsetAt(local - DAY)
  const after = offsetAt(local + DAY)
  const isAfter = shownAt(format, local - before) !== local && shownAt(format, local - after) === local
  return (isAfter ? after : before) / MINUTE
}

const OFFSET = /([+-])(\d{1,2})(?::?(\d{2}))?(?!\d)/
const ZONE_PATH = /^[A-Za-z][A-Za-z_]{1,30}\/[A-Za-z0-9_+/-]{1,60}$/
/** `Eastern Daylight Time`, `Central European Time` and the like: first letters of their abbreviations. */
const LONG_NAME =
  /\b(Eastern|Central|Mountain|Pacific|Central European|British|Greenwich|India|Japan)\s(Standard|Daylight|Summer|Mean)?\s?Time\b/
const WORD = /[A-Za-z][A-Za-z0-9-]{0,12}/g

/** No zone is further from UTC, hours. */
const MAX_OFFSET = 18

/**
 * Finds the zone in what follows a clock: an offset (`+05:30`, `GMT+5`, `+00:00Z`), a name of the platform's data
 * (`America/New_York`, `US/Eastern`, `Japan`), or an abbreviation.
 * @param local what the clock shows, as ms since the epoch if it showed UTC
 * @returns minutes east of UTC; undefined if there is no zone, or an unknown one
 */
export const findOffset = (text: string, local: number): number | undefined => {
  const path = text.split(/[\s()]/).find(part => ZONE_PATH.test(part))
  const named = path === undefined ? null : findZone(path)
  if (named !== null) return offsetWhen(named, local)
  const [, sign, hours = '', minutes = '0'] = OFFSET.exec(text) ?? []
  if (sign !== undefined && Number(hours) <= MAX_OFFSET && Number(minutes) < 60)
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
  const abbreviated = LONG_NAME.exec(text)?.[0]
    .replace(/[^A-Z]+/g, '')
    .toLowerCase()
  const longName = abbreviated === undefined ? undefined : ZONES[abbreviated]
  if (longName !== undefined) return longName
  for (const [word] of text.matchAll(WORD)) {
    const minutesEast = ZONES[word.toLowerCase()]
    if (minutesEast !== undefined && (word === word.toUpperCase() || /^(?:z|utc|gmt)$/i.test(word))) return minutesEast
    const zone = minutesEast === undefined && /^[A-Z].|\d/.test(word) ? findZone(word) : null
    if (zone !== null) return offsetWhen(zone, local)
  }
  return undefined
}
