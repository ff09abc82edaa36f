/**
 * Computes how long a source can wait for its next poll: until its expected staleness reaches the price of a request
 * (the fetch cost of the glossary). Staleness is the total time for which new publications have waited to be fetched:
 * the integral of (t - s) rate(s) ds. At a constant rate r and price p the interval is sqrt(2p / r), the square-root
 * rule, which minimises the mean delay for a given number of requests (Cho and Garcia-Molina, Effective Page Refresh
 * Policies for Web Crawlers, TODS 2003). If the rate changes by the hour, every poll still costs the same price. (pure)
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
 * The window is the number of items that a feed holds. `FILL` is the share of it that the largest burst ever seen may
 * fill between two polls; `SAFETY` is the margin above the expected number of publications, in standard deviations.
 */
const FILL = 0.8
const SAFETY = 4

/**
 * The burst that is assumed possible even if none was ever seen: `times` the usual pace, and up to three times that in
 * the first days, when the usual pace is itself a guess. It is limited to one window per `span`, since a smaller feed
 * would lose items for all of its readers. After `disbelief` days of observation the assumption is halved.
 */
const BURST = { times: 40, guess: 2, guessDays: 3, span: 3_600_000, disbelief: 60 }

/** Pace of the assumed burst, publications per ms. */
const estimateBurst = ({ observed, window }: PublishingModel, base: number): number => {
  const { times, guess, guessDays, span, disbelief } = BURST
  const pace = base * times * (1 + guess / (1 + observed / guessDays))
  return Math.min(pace, window / span) / (1 + observed / disbelief)
}

/**
 * Computes the longest wait in which neither the largest number of publications ever seen nor the assumed burst fills
 * more of the window than allowed. Between two spans of `SPANS` it assumes the number of the longer span at the pace of
 * the shorter one: an edition is complete within a quarter of an hour, but a burst continues.
 */
const safeSpan = ({ window, most }: PublishingModel, pace: number): number => {
  const room = window * FILL
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
 * Computes the expected number of publications at which, with the safety margin, the window may be full: the root x of
 * x + SAFETY sqrt(x batch) = window.
 */
const safeExpected = (window: number, batch: number): number => {
  const doubt = SAFETY * Math.sqrt(batch)
  const root = (-doubt + Math.sqrt(doubt * doubt + 4 * window)) / 2
  return root * root
}

/**
 * @param price staleness at which a request is worth it, ms of waiting publications
 * @param longest ms
 */
export const waitFor = (
  rhythm: PublishingModel,
  outlook: Forecast,
  now: number,
  price: number,
  longest: number,
): Wait => {
  const knowsWindow = rhythm.window > 0
  const most = knowsWindow ? safeSpan(rhythm, estimateBurst(rhythm, outlook.base)) : Number.POSITIVE_INFINITY
  const full = knowsWindow ? safeExpected(rhythm.window, outlook.batch) : Number.POSITIVE_INFINITY
  let expected = 0
  let staleness = 0
  let at = now
  const end = now + Math.min(longest, most)
  while (at < end) {
    const next = Math.min((Math.floor(at / QUARTER) + 1) * QUARTER, end)
    const rate = outlook.rateAt((at + next) / 2)
    const span = next - at
    const grown = staleness + expected * span + (rate * span * span) / 2
    const isStale = grown >= price
    const isFull = expected + rate * span >= full
    if (isStale || isFull) {
      const stale = isStale
        ? (Math.sqrt(expected * expected + 2 * rate * (price - staleness)) - expected) / rate
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

/**
 * Estimates the demand of a source: at a given price it is polled demand / sqrt(2 price) times a day, unless bounds or
 * its window say otherwise. Demand is the mean of the square root of its usual rate over a week.
 * @returns per day, in units of sqrt(ms)
 */
export const estimateDemand = (rhythm: PublishingModel, now: number): number => {
  const outlook = buildForecast(rhythm, now)
  const day = 86_400_000
  let total = 0
  // Sampling every other hour of a week is enough.
  for (let step = 0; step < 84; step += 1) total += Math.sqrt(outlook.usualAt(now + step * 7_200_000))
  return (total / 84) * day
}
