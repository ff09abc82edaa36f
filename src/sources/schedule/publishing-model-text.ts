/**
 * Formats a publishing model for its source's hash as two short strings: counts, which change only with new items, and
 * recent state, which changes with every poll.
 */

import { EMPTY_MODEL, type PublishingModel, QUARTERS, SPANS } from './publishing-model.ts'

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const VALUES = new Uint8Array(128)
for (const [value, digit] of [...DIGITS].entries()) VALUES[digit.charCodeAt(0)] = value

/** Counts as two digits of base 64: in steps of a third of a percent, finer near zero, up to about 90,000. */
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
/** Fields of the recent state. Earlier versions did not write the last two. */
const FIELDS = 15 + SPANS.length
const short = (value: number): string => String(Number(value.toPrecision(4)))

export const formatCounts = ({ quarters, weekdays }: PublishingModel): string =>
  VERSION + [...quarters, ...weekdays].map(writeCount).join('')

export const formatRecentState = (model: PublishingModel): string =>
  [
    VERSION,
    model.polledAt.toString(36),
    model.decayedAt.toString(36),
    ...[model.clusters, model.exposure].map(value => Number(value.toPrecision(7))),
    // In ms: with polls a minute apart, days would be lost to rounding.
    Math.round(model.observed * 86_400_000).toString(36),
    ...[model.days.seen, model.days.expected, model.lately, ...model.odds].map(short),
    ...model.most.map(short),
    Math.round(model.longestGap / 1_000),
    short(model.feedWindow),
    model.carried,
    short(model.pollCost),
  ].join(' ')

/** @returns an empty model if there is none, or if an incompatible version wrote it: it is then learnt from scratch */
export const parsePublishingModel = (
  countsText: string | undefined,
  recentText: string | undefined,
  recent: readonly number[],
): PublishingModel => {
  const fields = (recentText ?? '').split(' ')
  const counts = (countsText ?? '').slice(1)
  if (fields[0] !== VERSION || ![FIELDS - 2, FIELDS].includes(fields.length) || counts.length !== (QUARTERS + 7) * 2)
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
    feedWindow: at(12 + SPANS.length),
    carried: fields.length === FIELDS ? at(13 + SPANS.length) : Math.round(at(12 + SPANS.length)),
    pollCost: fields.length === FIELDS ? at(14 + SPANS.length) : 1,
    recent,
  }
}
