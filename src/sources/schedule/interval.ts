/**
 * How long a source may wait: until the staleness expected to have gathered reaches a price. Staleness is the time all publications of a
 * wait together stand unread: the integral of (t - s) rate(s) ds. At a steady rate r and price p that is an interval of sqrt(2p / r): the
 * square-root rule under which a given number of requests leaves the least mean delay (Cho and Garcia-Molina, Effective Page Refresh Policies
 * for Web Crawlers, TODS 2003); where the rate changes by the hour the same price is paid by every poll. (pure)
 */

import { buildForecast, type Forecast } from './forecast.ts'
import { type PublishingModel, QUARTER, SPANS } from './publishing-model.ts'

/** Why a source waits as long as it does. */
export interface Wait {
  /** ms from now. */
  readonly ms: number
  readonly because: 'worth it' | 'window' | 'longest'
}

/** Part of a feed's window that may fill between two polls with the most ever seen, and standard deviations of safety on what is expected. */
const FILL = 0.8
const SAFETY = 4

/**
 * The burst a source must be thought able to though none ever came: so many times its usual pace, three times that while so few days are known
 * that the usual itself is a guess, but no more than its window's worth in `span`: a feed so small would lose it to everybody. Believed half
 * after `disbelief` days without one.
 */
const BURST = { times: 40, guess: 2, guessDays: 3, span: 3_600_000, disbelief: 60 }

/** That burst's pace, per ms. */
const estimateBurst = ({ observed, window }: PublishingModel, base: number): number => {
  const { times, guess, guessDays, span, disbelief } = BURST
  const pace = base * times * (1 + guess / (1 + observed / guessDays))
  return Math.min(pace, window / span) / (1 + observed / disbelief)
}

/**
 * Longest wait in which no more was ever seen to come, or must be thought to come, than the window may fill with. Between two spans as much may
 * come as in the longer, at the pace of the shorter: an edition is out with its quarter hour, a burst goes on.
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

/** Expected publications after which, with all doubt counted, the window may be full: the root of x + SAFETY sqrt(x batch) = window. */
const safeExpected = (window: number, batch: number): number => {
  const doubt = SAFETY * Math.sqrt(batch)
  const root = (-doubt + Math.sqrt(doubt * doubt + 4 * window)) / 2
  return root * root
}

/**
 * @param price staleness a poll is worth, ms of waiting publications
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
 * What a source asks of a budget: its polls in a day are this over sqrt(2 price), as far as its bounds and window let them. The mean of the
 * square root of its usual rate over a week.
 * @returns per day, in units of sqrt(ms)
 */
export const estimateDemand = (rhythm: PublishingModel, now: number): number => {
  const outlook = buildForecast(rhythm, now)
  const day = 86_400_000
  let total = 0
  // Every other hour of a week says enough.
  for (let step = 0; step < 84; step += 1) total += Math.sqrt(outlook.usualAt(now + step * 7_200_000))
  return (total / 84) * day
}
