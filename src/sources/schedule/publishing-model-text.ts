/** A rhythm as kept in its source's hash: two short strings. The profile changes only with news; the pulse with every poll. (pure) */

import { EMPTY_MODEL, type PublishingModel, QUARTERS, SPANS } from './publishing-model.ts'

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const VALUES = new Uint8Array(128)
for (const [value, digit] of [...DIGITS].entries()) VALUES[digit.charCodeAt(0)] = value

/** Counts in two digits of base 64: in steps of a third of a percent, finer near nothing, up to about 90,000. */
const COUNTS = Float64Array.from({ length: 4_096 }, (_, level) => (2 ** (level / 200) - 1) / 16)
const PAIRS = Array.from({ length: 4_096 }, (_, level) => `${DIGITS[level >> 6]}${DIGITS[level & 63]}`)
const writeCount = (count: number): string => PAIRS[Math.min(Math.round(200 * Math.log2(1 + count * 16)), 4_095)] ?? ''
const readCounts = (text: string): number[] => {
  const counts: number[] = []
  for (let at = 0; at < text.length; at += 2)
    counts.push(COUNTS[(VALUES[text.charCodeAt(at)] ?? 0) * 64 + (VALUES[text.charCodeAt(at + 1)] ?? 0)] ?? 0)
  return counts
}

const VERSION = '1'
const short = (value: number): string => String(Number(value.toPrecision(4)))

export const formatCounts = ({ quarters, weekdays }: PublishingModel): string =>
  VERSION + [...quarters, ...weekdays].map(writeCount).join('')

export const formatRecentState = (rhythm: PublishingModel): string =>
  [
    VERSION,
    rhythm.polledAt.toString(36),
    rhythm.decayedAt.toString(36),
    ...[rhythm.clusters, rhythm.exposure].map(value => Number(value.toPrecision(7))),
    // Observed in ms: a poll a minute must not be lost to rounding.
    Math.round(rhythm.observed * 86_400_000).toString(36),
    ...[rhythm.days.seen, rhythm.days.expected, rhythm.lately, ...rhythm.odds].map(short),
    ...rhythm.most.map(short),
    Math.round(rhythm.longestGap / 1_000),
    short(rhythm.window),
  ].join(' ')

/** @returns no rhythm where there is none, or it was written by other rules: it is then learnt anew */
export const parsePublishingModel = (
  profile: string | undefined,
  pulse: string | undefined,
  recent: readonly number[],
): PublishingModel => {
  const fields = (pulse ?? '').split(' ')
  const counts = (profile ?? '').slice(1)
  if (fields[0] !== VERSION || fields.length !== 13 + SPANS.length || counts.length !== (QUARTERS + 7) * 2)
    return EMPTY_MODEL
  const at = (index: number): number => Number(fields[index])
  const whole = (index: number): number => Number.parseInt(fields[index] ?? '', 36)
  const values = readCounts(counts)
  const numbers = [whole(1), whole(2), at(3), at(4), whole(5)]
  if (![...numbers, ...fields.slice(6).map(Number)].every(Number.isFinite)) return EMPTY_MODEL
  return {
    quarters: values.slice(0, QUARTERS),
    weekdays: values.slice(QUARTERS),
    polledAt: whole(1),
    decayedAt: whole(2),
    clusters: at(3),
    exposure: at(4),
    observed: whole(5) / 86_400_000,
    days: { seen: at(6), expected: at(7) },
    lately: at(8),
    odds: [at(9), at(10)],
    most: SPANS.map((_, index) => at(11 + index)),
    longestGap: at(11 + SPANS.length) * 1_000,
    window: at(12 + SPANS.length),
    recent,
  }
}
