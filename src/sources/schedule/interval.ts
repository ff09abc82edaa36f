/**
 * How long a source may wait: until the staleness expected to have accumulated reaches the fetch cost. Staleness is the
 * total time for which the publications of a wait have been unread: the integral of (t - s) rate(s) ds. At a steady
 * rate r and cost p that gives an interval of sqrt(2p / r): the square-root rule, by which a given number of requests
 * leaves the least mean delay (Cho and Garcia-Molina, Effective Page Refresh Policies for Web Crawlers, TODS 2003).
 * Where the rate changes by the hour, every poll still has the same cost.
 */

import { buildForecast, type Forecast } from './forecast.ts'
import { type PublishingModel, QUARTER, SPANS } from './publishing-model.ts'

/** How long a source waits, and why. */
export interface Wait {
  /** ms from now. */
  readonly ms: number
  readonly because: 'worth it' | 'window' | 'longest'
}

/**
 * Share of a feed's window that may fill between two polls at the highest rate ever seen, and the safety margin on the
 * expected number of publications, in standard deviations.
 */
const FILL = 0.8
const SAFETY = 4

/**
 * The burst that a source is assumed capable of even if none was ever seen: `times` its usual rate, and up to three
 * times that while so few days are known that the usual rate itself is a guess; but at most a whole window in `span`,
 * since a faster burst would push items out of the feed before any reader saw them. Halved after `disbelief` days
 * without a burst.
 */
const BURST = { times: 40, guess: 2, guessDays: 3, span: 3_600_000, disbelief: 60 }

/** Rate of that burst, publications per ms. */
const estimateBurst = ({ observed, feedWindow }: PublishingModel, base: number): number => {
  const { times, guess, guessDays, span, disbelief } = BURST
  const pace = base * times * (1 + guess / (1 + observed / guessDays))
  return Math.min(pace, feedWindow / span) / (1 + observed / disbelief)
}

/**
 * Longest wait in which neither the most publications ever seen nor the assumed burst fills more of the window than
 * `FILL` allows. Between two spans, as many may come as in the longer one, at the rate of the shorter one: an edition
 * appears within its quarter hour, a burst goes on.
 */
const safeSpan = ({ feedWindow, most }: PublishingModel, pace: number): number => {
  const room = feedWindow * FILL
  let [safe, held] = [0, 0]
  for (const [index, span] of SPANS.entries()) {
    const seen = Math.max(most[index] ?? 0, held)
    if (seen > room) {
      const filled = held > 0 ? (safe * room) / held : (span * room) / seen
      return Math.min(filled, span, room / pace)
    }
    safe = span
    held = seen
  }
  return room / pace
}

/**
 * Expected number of publications at which the window may be full, safety margin included: the root of x + SAFETY
 * sqrt(x batch) = window.
 */
const safeExpected = (window: number, batch: number): number => {
  const doubt = SAFETY * Math.sqrt(batch)
  const root = (-doubt + Math.sqrt(doubt * doubt + 4 * window)) / 2
  return root * root
}

/**
 * @param cost staleness that justifies a poll, ms of waiting publications
 * @param longest ms
 */
export const waitFor = (
  model: PublishingModel,
  forecast: Forecast,
  now: number,
  cost: number,
  longest: number,
): Wait => {
  const knowsWindow = model.feedWindow > 0
  const most = knowsWindow ? safeSpan(model, estimateBurst(model, forecast.base)) : Number.POSITIVE_INFINITY
  const full = knowsWindow ? safeExpected(model.feedWindow, forecast.batch) : Number.POSITIVE_INFINITY
  let expected = 0
  let staleness = 0
  let at = now
  const end = now + Math.min(longest, most)
  while (at < end) {
    const next = Math.min((Math.floor(at / QUARTER) + 1) * QUARTER, end)
    const rate = forecast.rateAt((at + next) / 2)
    const span = next - at
    const grown = staleness + expected * span + (rate * span * span) / 2
    const isStale = grown >= cost
    const isFull = expected + rate * span >= full
    if (isStale || isFull) {
      const stale = isStale
        ? (Math.sqrt(expected * expected + 2 * rate * (cost - staleness)) - expected) / rate
        : Number.POSITIVE_INFINITY
      const filled = isFull ? Math.max(full - expected, 0) / rate : Number.POSITIVE_INFINITY
      return { ms: at - now + Math.min(stale, filled), because: filled < stale ? 'window' : 'worth it' }
    }
    staleness = grown
    expected += rate * span
    at = next
  }
  return { ms: end - now, because: most < longest ? 'window' : 'longest' }
}

/** Samples of a week, this far apart: each hour of the day once, each weekday three or four times. */
const SAMPLES = { count: 24, apart: 7 * 3_600_000 }

/**
 * What a source asks of the budget: its polls per day are this over sqrt(2 cost), within its bounds and window. It is
 * the mean square root of its usual rate over a week.
 * @returns per day, in units of sqrt(ms)
 */
export const estimateDemand = (model: PublishingModel, now: number): number => {
  const forecast = buildForecast(model, now)
  const day = 86_400_000
  let total = 0
  for (let step = 0; step < SAMPLES.count; step += 1) total += Math.sqrt(forecast.usualAt(now + step * SAMPLES.apart))
  return (total / SAMPLES.count) * day
}
