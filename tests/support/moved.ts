/** What was written at one time, as if it had been written whole days later: so that a recorded fixture is as old as a test wants it to be. */

import type { Dumped } from './dump.ts'

const DAY = 86_400_000
/** ms: what lies further from when the fixture was recorded is no time of it. */
const NEAR = 9 * DAY
/** Spans that times are counted in, ms: as they are, seconds, and the buckets of events, salts and the like. */
const WIDTHS = [1, 1_000, 60_000, 300_000, 1_800_000, 3_600_000, DAY]
const ISO = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g
const NUMBER = /(?<![\w.])\d{5,13}(?![\w.])/g
/** Times in base 36: seconds, and ms. */
const COMPACT = /(?<!\w)(?:[0-9a-z]{6}|[0-9a-z]{8})(?!\w)/g

/** @param at when it was recorded, ms since the epoch @param days whole ones */
export const movedBy = (days: number, at: number): ((text: string) => string) => {
  const by = days * DAY
  const shift = (found: string, base: number, widths: readonly number[]): string => {
    const number = Number.parseInt(found, base)
    const width = widths.find(each => Math.abs(number * each - at) < NEAR)
    return width === undefined ? found : (number + by / width).toString(base)
  }
  return text =>
    text
      .replace(ISO, found => new Date(Date.parse(found) + by).toISOString())
      .replace(NUMBER, found => shift(found, 10, WIDTHS))
      .replace(COMPACT, found => (/^\d+$/.test(found) ? found : shift(found, 36, [1, 1_000])))
}

/** One key, with every time that stands in its name and value. What is added up in logarithms of time stays, as if read that much earlier. */
export const moveKey = (dumped: Dumped, move: (text: string) => string): Dumped => {
  const key = move(dumped.key)
  if (dumped.type === 'string') return { ...dumped, key, value: move(dumped.value) }
  if (dumped.type === 'hash') {
    const fields = Object.entries(dumped.value).map(([field, value]) => [move(field), move(value)])
    return { ...dumped, key, value: Object.fromEntries(fields) }
  }
  if (dumped.type !== 'stream') return { ...dumped, key, value: dumped.value.map(move) }
  const value = dumped.value.map(([id, fields]) => {
    const [ms = '', seq = ''] = id.split('-')
    return [`${move(ms)}-${seq}`, fields.map(move)] as const
  })
  return { ...dumped, key, value }
}
