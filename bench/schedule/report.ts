/** The figures of a simulation, as a table. */

import type { Outcome, Tally } from './simulate.ts'
import { MINUTE, PATTERNS, type Pattern } from './world.ts'

export interface Row {
  readonly policy: string
  /** Minutes from publication to fetch. */
  readonly mean: number
  readonly afterWeekOne: number
  readonly p95: number
  readonly meanOfSources: number
  /** A source and day. */
  readonly requests: number
  readonly lost: number
  readonly byPattern: Readonly<Record<Pattern, { readonly mean: number; readonly requests: number }>>
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length

/** Several seeds as one. */
export const pooled = (outcomes: readonly Outcome[]): Outcome => {
  const tallies = PATTERNS.map((pattern): [Pattern, Tally] => {
    const all = outcomes.map(({ byPattern }) => byPattern[pattern])
    return [
      pattern,
      {
        delays: all.flatMap(({ delays }) => delays),
        requests: all.reduce((sum, { requests }) => sum + requests, 0),
        lost: all.reduce((sum, { lost }) => sum + lost, 0),
      },
    ]
  })
  return {
    policy: outcomes[0]?.policy ?? '',
    byPattern: Object.fromEntries(tallies) as Record<Pattern, Tally>, // one entry a pattern
    late: outcomes.flatMap(({ late }) => late),
    means: outcomes.flatMap(({ means }) => means),
    requests: outcomes.reduce((sum, { requests }) => sum + requests, 0),
    lost: outcomes.reduce((sum, { lost }) => sum + lost, 0),
    sources: outcomes.reduce((sum, { sources }) => addTo(sum, sources), {}),
  }
}

const addTo = (sum: Outcome['sources'], more: Outcome['sources']): Outcome['sources'] =>
  Object.fromEntries(
    PATTERNS.map(pattern => [pattern, (sum[pattern] ?? 0) + (more[pattern] ?? 0)]),
  ) as Outcome['sources'] // one entry a pattern

export const rowOf = (outcome: Outcome, sources: number, days: number): Row => {
  const delays = Float64Array.from(PATTERNS.flatMap(pattern => outcome.byPattern[pattern].delays)).sort()
  const shown = PATTERNS.map(pattern => {
    const tally = outcome.byPattern[pattern]
    return [
      pattern,
      { mean: meanOf(tally.delays) / MINUTE, requests: tally.requests / (outcome.sources[pattern] ?? 1) / days },
    ] as const
  })
  return {
    policy: outcome.policy,
    mean: delays.reduce((sum, each) => sum + each, 0) / delays.length / MINUTE,
    afterWeekOne: meanOf(outcome.late) / MINUTE,
    p95: (delays[Math.floor(delays.length * 0.95)] ?? 0) / MINUTE,
    meanOfSources: meanOf(outcome.means) / MINUTE,
    requests: outcome.requests / sources / days,
    lost: outcome.lost,
    byPattern: Object.fromEntries(shown) as Row['byPattern'], // one entry a pattern
  }
}

/** Mean delay of the curve at a number of requests, between its points by logarithms; NaN beyond them. */
const atRequests = (curve: readonly Row[], requests: number): number => {
  const points = curve.toSorted((a, b) => a.requests - b.requests)
  const above = points.findIndex(point => point.requests >= requests)
  const [low, high] = [points[above - 1], points[above]]
  if (!low || !high) return Number.NaN
  const share = Math.log(requests / low.requests) / Math.log(high.requests / low.requests)
  return Math.exp(Math.log(low.mean) * (1 - share) + Math.log(high.mean) * share)
}

/** @param curve newsdesk at several prices, to compare at the same number of requests; empty for no comparison */
export const showRows = (rows: readonly Row[], curve: readonly Row[]): string[] => [
  `${'rule'.padEnd(26)}${'mean'.padStart(8)}${'after week 1'.padStart(14)}${'p95'.padStart(8)}${'mean of sources'.padStart(17)}${'requests'.padStart(10)}${'lost'.padStart(8)}${curve.length > 0 ? 'newsdesk at as many'.padStart(26) : ''}`,
  ...rows.map(row => {
    const same = atRequests(curve, row.requests)
    const compared = Number.isNaN(same) ? '' : `${same.toFixed(1)} (x ${(same / row.mean).toFixed(2)})`
    return `${row.policy.padEnd(26)}${row.mean.toFixed(1).padStart(8)}${row.afterWeekOne.toFixed(1).padStart(14)}${row.p95.toFixed(1).padStart(8)}${row.meanOfSources.toFixed(0).padStart(17)}${row.requests.toFixed(1).padStart(10)}${String(row.lost).padStart(8)}${compared.padStart(26)}`.trimEnd()
  }),
]

export const showPatterns = (rows: readonly Row[]): string[] => [
  ''.padEnd(26) + PATTERNS.map(pattern => pattern.padStart(16)).join(''),
  ...rows.map(
    row =>
      row.policy.padEnd(26) +
      PATTERNS.map(pattern => {
        const { mean, requests } = row.byPattern[pattern]
        return `${mean.toFixed(1)} (${requests.toFixed(1)})`.padStart(16)
      }).join(''),
  ),
]
