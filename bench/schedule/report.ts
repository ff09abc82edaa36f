/** The figures of a simulation, as a table. */

import type { Outcome, SourceOutcome } from './simulate.ts'
import { DAY, MINUTE, type World } from './world.ts'

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
  /** The least mean at as many requests for each way to know rates: see `leastMean`. */
  readonly known: readonly number[]
  readonly byPattern: Readonly<Record<string, { readonly mean: number; readonly requests: number }>>
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0)
const meanOf = (values: readonly number[]): number => sum(values) / values.length

/** Several seeds as one. */
export const pooled = (outcomes: readonly Outcome[]): Outcome => ({
  policy: outcomes[0]?.policy ?? '',
  sources: outcomes.flatMap(({ sources }) => sources),
})

/**
 * If items arrive independently at known rates, an item of a source polled at frequency f waits 1 / 2f on average. For
 * a given number of requests, the sum over all items is least if f is proportional to the square root of the rate
 * (Cauchy and Schwarz).
 * @returns ms
 */
export const leastMean = (roots: number, requests: number, items: number): number => roots ** 2 / (2 * requests * items)

const requestsOf = (sources: readonly SourceOutcome[]): number => sum(sources.map(({ requests }) => requests))

export const rowOf = (
  { policy, sources }: Outcome,
  { patterns, days, known }: Pick<World, 'patterns' | 'days' | 'known'>,
): Row => {
  const delays = Float64Array.from(sources.flatMap(each => each.delays)).sort()
  const requests = requestsOf(sources)
  const shown = patterns.map(pattern => {
    const those = sources.filter(({ source }) => source.pattern === pattern)
    const mean = meanOf(those.flatMap(each => each.delays)) / MINUTE
    return [pattern, { mean, requests: requestsOf(those) / those.length / days }] as const
  })
  const roots = (index: number) => sum(sources.map(({ source }) => source.roots[index] ?? 0))
  return {
    policy,
    mean: delays.reduce((total, each) => total + each, 0) / delays.length / MINUTE,
    afterWeekOne: meanOf(sources.flatMap(each => each.delays.slice(each.early))) / MINUTE,
    p95: (delays[Math.floor(delays.length * 0.95)] ?? 0) / MINUTE,
    meanOfSources: meanOf(sources.flatMap(each => (each.delays.length > 0 ? meanOf(each.delays) : []))) / MINUTE,
    requests: requests / sources.length / days,
    lost: sum(sources.map(({ lost }) => lost)),
    known: known.map((_, index) => leastMean(roots(index), requests, delays.length) / MINUTE),
    byPattern: Object.fromEntries(shown),
  }
}

/** Items of a source by which it published, in an hour, the most above its usual rate. */
interface Burst {
  readonly excess: number
  /** Index of the first of ten items among those measured. */
  readonly first: number
}

const BURST_ITEMS = 10
const burstsOf = ({ source, delays }: SourceOutcome, { measuredFrom, days }: World): Burst[] => {
  const times = source.published.filter(at => at >= measuredFrom).slice(0, delays.length)
  const usual = times.length / (days * DAY)
  const bursts: Burst[] = []
  for (let first = 0; first + BURST_ITEMS <= times.length; first += 1) {
    const span = Math.max((times[first + BURST_ITEMS - 1] ?? 0) - (times[first] ?? 0), MINUTE)
    const excess = BURST_ITEMS / span / usual
    if (span > BURST_WITHIN) continue
    bursts.push({ excess, first })
    first += BURST_ITEMS - 1
  }
  return bursts
}
/** A burst is ten items within two hours. */
const BURST_WITHIN = 2 * 3_600_000

/** Delays, minutes, of the second to tenth item of the bursts that were the most above their source's usual rate. */
export const burstDelays = (
  { sources }: Outcome,
  world: World,
  count: number,
): { mean: number; median: number; bursts: number } => {
  const all = sources.flatMap(each => burstsOf(each, world).map(burst => ({ ...burst, delays: each.delays })))
  const largest = all.sort((a, b) => b.excess - a.excess).slice(0, count)
  const delays = largest
    .flatMap(({ first, delays }) => delays.slice(first + 1, first + BURST_ITEMS))
    .sort((a, b) => a - b)
  return {
    mean: meanOf(delays) / MINUTE,
    median: (delays[Math.floor(delays.length / 2)] ?? Number.NaN) / MINUTE,
    bursts: largest.length,
  }
}

/** A figure of the curve at a number of requests, between its points by logarithms; NaN beyond them. */
export const atRequests = (
  curve: readonly Row[],
  requests: number,
  figure: 'mean' | 'p95' | 'meanOfSources' = 'mean',
): number => {
  const points = curve.toSorted((a, b) => a.requests - b.requests)
  const above = points.findIndex(point => point.requests >= requests)
  const [low, high] = [points[above - 1], points[above]]
  if (!low || !high) return Number.NaN
  const share = Math.log(requests / low.requests) / Math.log(high.requests / low.requests)
  return Math.exp(Math.log(low[figure]) * (1 - share) + Math.log(high[figure]) * share)
}

const HEADS = ['mean', 'after week 1', 'p95', 'mean of sources', 'requests', 'lost', 'newsdesk at as many'] as const
const widthOf = (head: string): number => Math.max(head.length + 3, 8)

/** @param curve newsdesk at several prices, to compare at the same number of requests; empty for no comparison */
export const showRows = (rows: readonly Row[], curve: readonly Row[], known: readonly string[]): string[] => {
  const heads = [...(curve.length > 0 ? HEADS : HEADS.slice(0, 6)), ...known.map(name => `least, ${name}`)]
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
        ...(curve.length === 0 ? [] : [Number.isNaN(same) ? '' : times(same, row.mean)]),
        ...row.known.map(least => `${least.toFixed(1)} (x ${(row.mean / least).toFixed(2)})`),
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
    `mean delay at the requests of ${best.policy}, the best of the others: x ${(same / best.mean).toFixed(3)}, asked 0.5: ${said(same / best.mean <= 0.5)}; a rule that knew all rates: x ${((best.known[0] ?? 0) / best.mean).toFixed(3)}`,
    `against fixed 15 min: mean delay x ${(own.mean / fixed.mean).toFixed(2)}, asked 1: ${said(own.mean <= fixed.mean)}; requests x ${(own.requests / fixed.requests).toFixed(3)}, asked 0.333: ${said(own.requests * 3 <= fixed.requests)}`,
    `items lost to windows: ${own.lost}, asked 0: ${said(own.lost === 0)}; at other prices ${curve.map(({ policy, lost }) => `${policy.replace('newsdesk at ', '')} ${lost}`).join(', ')}`,
  ]
}

/** Goals on real publication times: mean delay at a number of requests, as a share of the least with constant rates known. */
const GOALS = [
  { requests: 8.7, most: 1.03 },
  { requests: 12.1, most: 0.95 },
  { requests: 24, most: 1.1 },
  { requests: 32, most: 1.1 },
]

/** Shows each goal on real publication times with what was measured. */
export const showTimesGoals = (rows: readonly Row[], curve: readonly Row[]): string[] => {
  const said = (isMet: boolean) => (isMet ? 'met' : 'missed')
  const [point] = curve
  const least = (requests: number) => ((point?.known[0] ?? 0) * (point?.requests ?? 0)) / requests
  const commafeed = rows.find(({ policy }) => policy === 'CommaFeed')
  const sameSources = commafeed ? atRequests(curve, commafeed.requests, 'meanOfSources') : Number.NaN
  return [
    ...GOALS.map(({ requests, most }) => {
      const mean = atRequests(curve, requests)
      const share = mean / least(requests)
      return `at ${requests} requests: mean ${mean.toFixed(1)}, x ${share.toFixed(3)} of the least with constant rates known, asked ${most}: ${said(share <= most)}; p95 ${atRequests(curve, requests, 'p95').toFixed(0)}`
    }),
    `mean over sources at the requests of CommaFeed: ${sameSources.toFixed(0)}, its own ${commafeed?.meanOfSources.toFixed(0)}: ${said(sameSources <= (commafeed?.meanOfSources ?? 0))}`,
    `items lost to windows, at all prices together: ${sum(curve.map(({ lost }) => lost))}, asked 0`,
  ]
}

export const showPatterns = (rows: readonly Row[], patterns: readonly string[]): string[] => [
  ''.padEnd(26) + patterns.map(pattern => pattern.padStart(22)).join(''),
  ...rows.map(
    row =>
      row.policy.padEnd(26) +
      patterns
        .map(pattern => {
          const { mean = 0, requests = 0 } = row.byPattern[pattern] ?? {}
          return `${mean.toFixed(1)} (${requests.toFixed(1)})`.padStart(22)
        })
        .join(''),
  ),
]
