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
  /** The least mean, at as many requests, of a rule that always knows the rate of every source: see `leastMean`. */
  readonly known: number
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
    roots: outcomes.reduce((sum, { roots }) => sum + roots, 0),
    sources: outcomes.reduce((sum, { sources }) => addTo(sum, sources), {}),
  }
}

const addTo = (sum: Outcome['sources'], more: Outcome['sources']): Outcome['sources'] =>
  Object.fromEntries(
    PATTERNS.map(pattern => [pattern, (sum[pattern] ?? 0) + (more[pattern] ?? 0)]),
  ) as Outcome['sources'] // one entry a pattern

/**
 * If items arrive independently at known rates, an item of a source polled at frequency f waits 1 / 2f on average. For
 * a given number of requests, the sum over all items is least if f is proportional to the square root of the rate
 * (Cauchy and Schwarz).
 * @returns ms
 */
const leastMean = (roots: number, requests: number, items: number): number => roots ** 2 / (2 * requests * items)

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
    known: leastMean(outcome.roots, outcome.requests, delays.length) / MINUTE,
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

const HEADS = [
  'mean',
  'after week 1',
  'p95',
  'mean of sources',
  'requests',
  'lost',
  'newsdesk at as many',
  'with rates known',
] as const
const widthOf = (head: string): number => Math.max(head.length + 3, 8)

/** @param curve newsdesk at several prices, to compare at the same number of requests; empty for no comparison */
export const showRows = (rows: readonly Row[], curve: readonly Row[]): string[] => {
  const heads = curve.length > 0 ? HEADS : HEADS.slice(0, 6)
  const line = (first: string, cells: readonly string[]) =>
    first.padEnd(26) + heads.map((head, index) => (cells[index] ?? '').padStart(widthOf(head))).join('')
  return [
    line('rule', heads),
    ...rows.map(row => {
      const same = atRequests(curve, row.requests)
      return line(row.policy, [
        row.mean.toFixed(1),
        row.afterWeekOne.toFixed(1),
        row.p95.toFixed(1),
        row.meanOfSources.toFixed(0),
        row.requests.toFixed(1),
        String(row.lost),
        Number.isNaN(same) ? '' : times(same, row.mean),
        times(row.known, row.mean),
      ]).trimEnd()
    }),
  ]
}

const times = (mean: number, other: number): string => `${mean.toFixed(1)} (x ${(mean / other).toFixed(2)})`

/**
 * Shows each goal with what was measured. The best of the other rules is the one with the smallest product of mean
 * delay and number of requests.
 */
export const showGoals = (rows: readonly Row[], curve: readonly Row[]): string[] => {
  const own = rows.find(({ policy }) => policy === 'newsdesk')
  const others = rows.filter(row => row !== own)
  const [best] = others.toSorted((a, b) => a.mean * a.requests - b.mean * b.requests)
  const fixed = others.find(({ policy }) => policy === 'fixed 15 min')
  if (!own || !best || !fixed) return []
  const same = atRequests(curve, best.requests)
  const said = (isMet: boolean) => (isMet ? 'met' : 'missed')
  return [
    `mean delay at the requests of ${best.policy}, the best of the others: x ${(same / best.mean).toFixed(3)}, asked 0.5: ${said(same / best.mean <= 0.5)}; a rule that knew all rates: x ${(best.known / best.mean).toFixed(3)}`,
    `against fixed 15 min: mean delay x ${(own.mean / fixed.mean).toFixed(2)}, asked 1: ${said(own.mean <= fixed.mean)}; requests x ${(own.requests / fixed.requests).toFixed(3)}, asked 0.333: ${said(own.requests * 3 <= fixed.requests)}`,
    `items lost to windows: ${own.lost}, asked 0: ${said(own.lost === 0)}; at other prices ${curve.map(({ policy, lost }) => `${policy.replace('newsdesk at ', '')} ${lost}`).join(', ')}`,
  ]
}

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
