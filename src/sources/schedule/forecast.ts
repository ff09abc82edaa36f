/**
 * Forecasts how often a source will publish, from its publishing model: a rate for every quarter of an hour.
 * interval.ts and next-due.ts use it. (pure)
 */

import { DAY, type Level, type PublishingModel, QUARTER, QUARTERS } from './publishing-model.ts'

/** Half-life of the level over days, ms, and the clusters of prior that hold it at 1. */
export const DAYS = { halfLife: 5 * DAY, prior: 1.5 }

/**
 * One publication brings others (a self-exciting process; Hawkes, Biometrika 1971): the shares of the coming rate that
 * follow the last hour instead of the usual rate. None is always a candidate too; each source's own record says which
 * to believe.
 */
export const CONTAGION = [0.4, 0.8] as const
export const LATELY = 40 * 60_000
/** ms for which an unusual hour is assumed to continue. */
export const LASTS = 90 * 60_000

const estimateLevel = ({ seen, expected }: Level, prior: number): number => (prior + seen) / (prior + expected)
export const fade = ({ seen, expected }: Level, elapsed: number, halfLife: number): Level => {
  const kept = 2 ** (-elapsed / halfLife)
  return { seen: seen * kept, expected: expected * kept }
}

const sum = (of: readonly number[]): number => {
  let total = 0
  for (const each of of) total += each
  return total
}

export const getQuarter = (at: number): number => Math.floor((at % DAY) / QUARTER)
/** 1 January 1970 was a Thursday. */
export const getWeekday = (at: number): number => (Math.floor(at / DAY) + 4) % 7

/** The publications expected of a source from a moment on. */
export interface Forecast {
  /** Expected publications per ms at a time. Unusual activity of the last hours fades with time. */
  rateAt(at: number): number
  /** The same, but as if the last hours had been usual. */
  usualAt(at: number): number
  /** How many times busier than usual the source is now. */
  readonly busy: number
  /** Publications per ms of the last hour or so. */
  readonly recent: number
  /** Factor of the quarter and weekday: 1 on average. */
  factorAt(at: number): number
  /** Mean number of publications that appear at once, at least 1. */
  readonly batch: number
  /** Mean publications per ms, over all hours. */
  readonly base: number
}

/** The share expected to follow the last hour, weighed by the record; none weighs most before there is one. */
const weighContagion = (odds: readonly number[]): number => {
  let total = 1
  let share = 0
  for (const [index, each] of CONTAGION.entries()) {
    const weight = 0.5 * Math.exp(Math.min(odds[index] ?? 0, 50))
    total += weight
    share += weight * each
  }
  return share / total
}

/**
 * Clusters of prior: for the broad shape of the day, its quarter hours, the weekdays. A tenth is always spread evenly:
 * nothing is impossible.
 */
const PRIOR = { day: 4, quarter: 6, week: 2, even: 0.1, items: 0.5, days: 0.5 }

/**
 * Neighbouring quarters lend to each other: broadly, for the shape of the day; a little, for an edition that is never
 * to the minute.
 */
const BROAD = [1, 2, 3, 4, 3, 2, 1].map(weight => weight / 16)
const NARROW = [0.12, 0.76, 0.12]
const around = (values: readonly number[], at: number, kernel: readonly number[]): number => {
  const start = at - (kernel.length - 1) / 2 + QUARTERS
  let total = 0
  for (let step = 0; step < kernel.length; step += 1)
    total += (kernel[step] ?? 0) * (values[(start + step) % QUARTERS] ?? 0)
  return total
}

/** More prior while less than a whole cycle was observed: hours nobody saw are not known to be quiet. */
const unseen = (observed: number, cycle: number): number => Math.max(0, 1 - observed / cycle) * 10

/**
 * Factor of a quarter of the day: its own record, over that of the hours around it, over an even day. Worked out where
 * asked for.
 */
const dayFactors = (
  { quarters, observed }: PublishingModel,
  items: number,
  batch: number,
): ((quarter: number) => number) => {
  const clusters = items / batch
  const doubt = clusters * unseen(observed, 1.5)
  const broadPrior = PRIOR.day + doubt
  const finePrior = PRIOR.quarter + doubt
  return quarter => {
    const shape = (around(quarters, quarter, BROAD) / batch + broadPrior / QUARTERS) / (clusters + broadPrior)
    const share = (around(quarters, quarter, NARROW) / batch + finePrior * shape) / (clusters + finePrior)
    return PRIOR.even + (1 - PRIOR.even) * share * QUARTERS
  }
}

const weekFactors = (
  { weekdays, observed }: PublishingModel,
  items: number,
  batch: number,
): ((weekday: number) => number) => {
  const clusters = items / batch
  const prior = PRIOR.week + clusters * unseen(observed, 10)
  return weekday =>
    PRIOR.even + ((1 - PRIOR.even) * 7 * ((weekdays[weekday] ?? 0) / batch + prior / 7)) / (clusters + prior)
}

export const buildForecast = (rhythm: PublishingModel, now: number): Forecast => {
  const items = sum(rhythm.quarters)
  const batch = Math.max(1, items / Math.max(rhythm.clusters, 1e-9))
  const byQuarter = dayFactors(rhythm, items, batch)
  const byWeekday = weekFactors(rhythm, items, batch)
  const elapsed = Math.max(0, now - rhythm.polledAt)
  const base =
    ((items + PRIOR.items) / (rhythm.exposure + PRIOR.days) / DAY) *
    estimateLevel(fade(rhythm.days, elapsed, DAYS.halfLife), DAYS.prior)
  const recent = (rhythm.lately * 2 ** (-elapsed / LATELY) * Math.LN2) / LATELY
  const contagion = weighContagion(rhythm.odds)
  const factorAt = (at: number) => byQuarter(getQuarter(at)) * byWeekday(getWeekday(at))
  return {
    busy: 1 - contagion + (contagion * recent) / (base * factorAt(now)),
    batch,
    base,
    recent,
    factorAt,
    usualAt: at => base * factorAt(at),
    rateAt: at => {
      const usual = base * factorAt(at)
      const lasting = contagion * 2 ** (-Math.max(0, at - now) / LASTS)
      return usual + lasting * (recent - usual)
    },
  }
}
