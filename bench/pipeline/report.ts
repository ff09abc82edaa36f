/** What a run of the pipeline benchmark found, as figures with ratios and as tables. (pure) */

import { type Interval, median, medianInterval } from './statistics.ts'

/** One figure of every contestant, one value a round; values of one round are comparable, those of different rounds less so. */
export interface Figure {
  readonly name: string
  readonly unit: string
  readonly values: Readonly<Record<string, readonly number[]>>
  readonly digits?: number
}

/** How the working tree compares with one other: below 1 it needs less. */
export interface Ratio extends Interval {
  readonly median: number
  readonly pairs: number
}

/** @returns null where there is nothing to divide by in either, as for a contestant that does not have the figure */
export const ratioOf = (own: readonly number[], other: readonly number[]): Ratio | null => {
  const pairs = own
    .map((value, round) => value / (other[round] ?? Number.NaN))
    .filter(ratio => Number.isFinite(ratio) && ratio > 0)
  return pairs.length === 0 ? null : { median: median(pairs), pairs: pairs.length, ...medianInterval(pairs) }
}

const shown = (ratio: Ratio | null): string =>
  ratio === null ? '-' : `${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`

/** @returns rows for console.table: the medians of all, then the working tree's ratio to each of the others with its interval */
export const tableOf = (
  figures: readonly Figure[],
  [own, ...others]: readonly [string, ...string[]],
): Record<string, Record<string, string>> =>
  Object.fromEntries(
    figures.map(({ name, unit, values, digits = 2 }) => [
      `${name}, ${unit}`,
      Object.fromEntries([
        ...[own, ...others].map(who => [who, median(values[who] ?? []).toFixed(digits)]),
        ...others.map(who => [`to ${who}`, shown(ratioOf(values[own] ?? [], values[who] ?? []))]),
      ]),
    ]),
  )

/** The same for programs. */
export const jsonOf = (figures: readonly Figure[], [own, ...others]: readonly [string, ...string[]]) =>
  figures.map(({ name, unit, values }) => ({
    name,
    unit,
    medians: Object.fromEntries([own, ...others].map(who => [who, median(values[who] ?? [])])),
    ratios: Object.fromEntries(others.map(who => [who, ratioOf(values[own] ?? [], values[who] ?? [])])),
    values,
  }))
