/** What a fault run came to: counts and recoveries by kind of fault, as text. (pure) */

import { KINDS } from './kinds.ts'
import type { SeedReport } from './run.ts'

const BARS = '▁▂▃▄▅▆▇█'

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN

/** How many of the values lie in each of so many equal spans from 0 to the largest, as bars. */
export const sparkline = (values: readonly number[], spans = 24): string => {
  const most = Math.max(...values, 1)
  const counts = Array.from({ length: spans }, () => 0)
  for (const value of values) {
    const place = Math.min(spans - 1, Math.floor((value / most) * spans))
    counts[place] = (counts[place] ?? 0) + 1
  }
  const tallest = Math.max(...counts)
  return counts.map(count => (count === 0 ? ' ' : BARS[Math.ceil((count / tallest) * BARS.length) - 1])).join('')
}

const seconds = (ms: number): string => (Number.isNaN(ms) ? '-' : (ms / 1_000).toFixed(1)).padStart(6)

export const reportText = (reports: readonly SeedReport[]): string => {
  const faults = reports.flatMap(report => report.faults)
  const wrong = reports.flatMap(({ seed, violations }) => violations.map(each => ({ seed, ...each })))
  const rows = KINDS.flatMap(({ name }) => {
    const of = faults.filter(({ kind }) => kind === name)
    if (of.length === 0) return []
    const recoveries = of.flatMap(({ recovery }) => (recovery === null ? [] : [recovery])).sort((a, b) => a - b)
    const figures = [0.5, 0.9, 1].map(q => seconds(quantile(recoveries, q))).join(' ')
    return `${name.padEnd(24)} ${String(of.length).padStart(5)} ${figures}  ${sparkline(recoveries)}`
  })
  const recovered = reports.flatMap(each => (each.recovered === null ? [] : [each.recovered])).sort((a, b) => a - b)
  const sum = (of: (report: SeedReport) => number) => reports.reduce((all, report) => all + of(report), 0)
  return [
    `${faults.length} faults over ${reports.length} seeds; ${sum(({ articles }) => articles)} articles, ${sum(({ events }) => events)} events, ${sum(({ looks }) => looks)} looks at lists`,
    '',
    `${'fault'.padEnd(24)} count    p50    p90   most  s from its end until news of afterwards stood in latest`,
    ...rows,
    '',
    `all well after the last fault of a seed: ${seconds(quantile(recovered, 0.5)).trim()} s at the median, ${seconds(recovered.at(-1) ?? Number.NaN).trim()} s at most, never in ${reports.length - recovered.length}`,
    `events that a killed Redis had answered for and lost (sent again by their readers): ${sum(each => each.eventsLostByRedis)}`,
    `wrong: ${wrong.length}`,
    ...wrong.slice(0, 40).map(({ seed, what, detail }) => `  seed ${seed}: ${what}: ${detail}`),
  ].join('\n')
}
