/** Forecasts the publications of a source from its publishing model: a rate for every quarter of an hour. */

import { DAY, type Level, type PublishingModel, QUARTER, QUARTERS } from './publishing-model.ts'

/** The level over days: its half-life, ms, and the prior, in clusters, that keeps it near 1. */
export const DAYS = { halfLife: 5 * DAY, prior: 1.5 }

/**
 * One publication triggers others (a self-exciting process; Hawkes, Biometrika 1971). These are the candidates for the
 * share of the coming rate that follows the last hour instead of the usual rate; 0 is always a candidate too. The
 * record of each source decides between them.
 */
export const CONTAGION = [0.4, 0.8] as const
export const LATELY = 90 * 60_000
/** Half-life of the effect that an unusual hour has on the forecast, ms. */
export const LASTS = 180 * 60_000

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

// Without %, which is slow for numbers as large as times.
export const getQuarter = (at: number): number => Math.floor((at - Math.floor(at / DAY) * DAY) / QUARTER)
/** 1 January 1970 was a Thursday. */
export const getWeekday = (at: number): number => {
  const day = Math.floor(at / DAY) + 4
  return day - Math.floor(day / 7) * 7
}

/** What a source is expected to publish from a moment on. */
export interface Forecast {
  /** Expected publications per ms at a time; the effect of an unusual last hour fades. */
  rateAt(at: number): number
  /** The same, ignoring whether the last hours were unusual. */
  usualAt(at: number): number
  /** How many times busier than usual the source is now. */
  readonly busy: number
  /** Publications per ms of the last hour or so. */
  readonly recent: number
  /** Factor of the quarter and weekday: 1 on average. */
  factorAt(at: number): number
  /** Publications per cluster, at least 1. */
  readonly batch: number
  /** Mean publications per ms, regardless of the hour. */
  readonly base: number
}

/**
 * The share expected to follow the last hour: the candidates weighted by their record. Without a record, 0 weighs most.
 */
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
 * Strength of the priors, in clusters, for the broad shape of the day, its quarter hours and the weekdays. A tenth of
 * the rate is always spread evenly, so that no hour has a rate of zero.
 */
const PRIOR = { day: 8, quarter: 12, week: 20, even: 0.1, items: 0.5, days: 0.5 }

/**
 * Smoothing over neighbouring quarters: broad for the shape of the day, narrow for an edition, which never appears at
 * exactly the same minute.
 */
const BROAD = [1, 2, 3, 4, 3, 2, 1].map(weight => weight / 16)
const NARROW = [0.12, 0.76, 0.12]
const around = (values: readonly number[], at: number, kernel: readonly number[]): number => {
  let place = at - (kernel.length - 1) / 2
  if (place < 0) place += QUARTERS
  let total = 0
  for (const weight of kernel) {
    total += weight * (values[place] ?? 0)
    place += 1
    if (place === QUARTERS) place = 0
  }
  return total
}

/**
 * Strengthens the prior until a whole cycle was observed: hours that were not observed yet are not known to be quiet.
 */
const unseen = (observed: number, cycle: number): number => Math.max(0, 1 - observed / cycle) * 10

/**
 * Returns the factor of a quarter hour: estimated from its own count, with the hours around it as prior, and an even
 * day as the prior of those. Computed on demand.
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

export const buildForecast = (model: PublishingModel, now: number): Forecast => {
  // The same as the sum of all quarters, of which there are more.
  const items = sum(model.weekdays)
  const batch = Math.max(1, items / Math.max(model.clusters, 1e-9))
  const byQuarter = dayFactors(model, items, batch)
  const byWeekday = weekFactors(model, items, batch)
  const elapsed = Math.max(0, now - model.polledAt)
  const base =
    ((items + PRIOR.items) / (model.exposure + PRIOR.days) / DAY) *
    estimateLevel(fade(model.days, elapsed, DAYS.halfLife), DAYS.prior)
  const recent = (model.lately * 2 ** (-elapsed / LATELY) * Math.LN2) / LATELY
  const contagion = weighContagion(model.odds)
  const factorAt = (at: number) => byQuarter(getQuarter(at)) * byWeekday(getWeekday(at))
  return {
    busy: 1 - contagion + (contagion * recent) / (base * factorAt(now)),
    batch,
    base,
    recent,
    factorAt,
    usualAt: at => base * factorAt(at),
    rateAt: at => {
      const baseline = base * factorAt(at)
      const lasting = contagion * 2 ** (-Math.max(0, at - now) / LASTS)
      return baseline + lasting * (recent - baseline)
    },
  }
}
