/** Decides when a source is fetched next, and why. src/sources/store/scheduling.ts calls it after each fetch. (pure) */

import { createHash } from 'node:crypto'
import type { CrawlSettings } from '../../config/sections/crawl.ts'
import { formatFineDuration } from '../../util/duration.ts'
import type { Demand } from './budget.ts'
import { buildForecast, type Forecast } from './forecast.ts'
import { estimateDemand, waitFor } from './interval.ts'
import { type PublishingModel, QUARTER } from './publishing-model.ts'

export interface Due {
  /** ms since the epoch. */
  readonly at: number
  /** Why it is due then, for people. */
  readonly reason: string
  /** A message for the log, given once. */
  readonly notice?: string
}

/**
 * Computes the share of its interval, -0.1 to 0.1, by which a source is shifted so that sources do not fall due
 * together. It depends on the id only.
 */
export const computeSpread = (sourceId: string): number =>
  (createHash('sha256').update(sourceId).digest().readUInt32BE(0) / 0x1_0000_0000) * 0.2 - 0.1

/** ms between the first fetches of sources that were added together, and the maximum ms over which they are spread. */
const FIRST_GAP = 250
const FIRST_WITHIN = 120_000

/**
 * Decides when a new source is fetched first. One alone is fetched almost at once; many are spread over two minutes.
 * @param together number of sources that are new at the same time
 */
export const firstDue = (sourceId: string, now: number, together: number): Due => {
  const place = (computeSpread(sourceId) + 0.1) * 5 // 0 to 1
  return { at: Math.round(now + place * Math.min(together * FIRST_GAP, FIRST_WITHIN)), reason: 'new: first fetch' }
}

/** What the operator and the publisher say about when to fetch a source. */
export interface Wishes {
  /** Fixed ms between fetches, if the operator configured it. */
  readonly fixed: number | undefined
  /** ms the publisher asks for between fetches: ttl, sy:update*, Cache-Control, Expires. */
  readonly asked: number | null
  /** Hours of the day (0 to 23) and weekdays (0 is Sunday), UTC, at which the publisher asks not to be fetched. */
  readonly skipHours?: readonly number[]
  readonly skipDays?: readonly number[]
}

/**
 * The price of a request if no budget is set, ms of waiting publications: as if five items wait two minutes each. In a
 * simulation it polls a third as often as a fixed interval of 15 minutes, and is no slower (docs/decisions/0006).
 */
export const DEFAULT_FETCH_COST = 10 * 60_000

export type DueSettings = Pick<CrawlSettings, 'minInterval' | 'maxInterval' | 'startInterval'>

/** Maximum interval that a publisher can ask for, ms. */
const LONGEST_ASKED = 2 * 3_600_000
/**
 * A source is shifted by at most this share of its interval, and by at most this many ms, to miss no edition by much.
 */
const SPREAD = 0.1
const LONGEST_SPREAD = 10 * 60_000

const HOUR = 3_600_000

/**
 * Finds the first time from `at` on that is in none of the hours and days to skip; `at` itself if all are to be
 * skipped.
 */
const outsideSkipped = (at: number, { skipHours = [], skipDays = [] }: Wishes, longest: number): number => {
  if (skipHours.length === 0 && skipDays.length === 0) return at
  for (let time = at; time <= at + longest; time = (Math.floor(time / HOUR) + 1) * HOUR) {
    const date = new Date(time)
    if (!skipHours.includes(date.getUTCHours()) && !skipDays.includes(date.getUTCDay())) return time
  }
  return at
}

const clock = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`

/** Minimum number of known publications to compute an interval from. */
const ENOUGH = 3

/**
 * Computes the expected gap between publications in the hour around a time, ms. A batch published at once counts once.
 */
const gapAbout = ({ batch, rateAt }: Forecast, at: number): number => {
  const quarters = [-1.5, -0.5, 0.5, 1.5].map(step => rateAt(at + step * QUARTER))
  return (
    (4 * batch) /
    Math.max(
      quarters.reduce((sum, rate) => sum + rate, 0),
      1e-12,
    )
  )
}

/** Interval of a source with too few publications, ms. It grows with the days observed. */
const unknownWait = ({ observed }: PublishingModel, startInterval: number): number =>
  Math.max(startInterval, (observed * 86_400_000) / 10)

/** Computes the wait from the publishing model alone, ms, with the reason in words. */
const learntWait = (
  rhythm: PublishingModel,
  now: number,
  { minInterval, maxInterval, startInterval }: DueSettings,
  price: number,
): { ms: number; reason: string } => {
  if (rhythm.recent.length < ENOUGH)
    return { ms: unknownWait(rhythm, startInterval), reason: 'its rhythm is not known yet' }
  const outlook = buildForecast(rhythm, now)
  const { ms, because } = waitFor(rhythm, outlook, now, price, maxInterval)
  if (because === 'window')
    return { ms, reason: `its feed holds only ${Math.round(rhythm.window)} items, fetched before any can leave it` }
  const gap = formatFineDuration(gapAbout(outlook, now + ms / 2))
  const at = now + Math.max(ms, minInterval)
  if (outlook.factorAt(at) > 4 && outlook.factorAt(now) < 2)
    return { ms, reason: `usually publishes about ${clock(at)}` }
  if (outlook.busy > 2) return { ms, reason: `${outlook.busy.toFixed(1)} times busier than usual, every ${gap} now` }
  const newest = rhythm.recent[0] ?? now
  if (because === 'longest')
    return { ms, reason: `publishes rarely, last ${formatFineDuration(Math.max(now - newest, 0))} ago` }
  return { ms, reason: `publishes every ${gap} at this hour` }
}

/** Computes the demand of a source on the budget; see `Demand`. */
export const demandUnder = (
  rhythm: PublishingModel,
  now: number,
  fixed: number | undefined,
  { startInterval }: Pick<DueSettings, 'startInterval'>,
): Demand => {
  if (fixed !== undefined) return -86_400_000 / fixed
  return rhythm.recent.length < ENOUGH ? -86_400_000 / unknownWait(rhythm, startInterval) : estimateDemand(rhythm, now)
}

/**
 * Decides the next fetch after a success: when the publications expected by then are worth a request. The publisher's
 * wishes can only lengthen the wait. The configured bounds always hold, except that the publisher's hours and days to
 * skip are respected beyond them.
 * @param price price of a request, ms of waiting publications
 */
export const nextDue = (
  sourceId: string,
  now: number,
  rhythm: PublishingModel,
  wishes: Wishes,
  settings: DueSettings,
  price: number,
): Due => {
  const place = (computeSpread(sourceId) + 0.1) * 5 // 0 to 1
  if (wishes.fixed !== undefined) {
    const moved = Math.min(wishes.fixed * 0.02, LONGEST_SPREAD) * place
    return {
      at: Math.round(now + wishes.fixed + moved),
      reason: `every ${formatFineDuration(wishes.fixed)}, as configured`,
    }
  }
  const { minInterval, maxInterval } = settings
  let { ms, reason } = learntWait(rhythm, now, settings, price)
  const wished = Math.min(wishes.asked ?? 0, LONGEST_ASKED)
  if (wished > ms) {
    ms = wished
    reason = `the publisher asks for ${formatFineDuration(wished)} between fetches`
  }
  const bounded = Math.min(Math.max(ms, minInterval), maxInterval)
  if (Math.abs(bounded - ms) > 1_000) reason += `, bounded to ${formatFineDuration(bounded)}`
  const at = now + bounded
  const open = outsideSkipped(at, wishes, maxInterval)
  if (open > at) reason = `the publisher asks not to be fetched before ${clock(open)}`
  // The spread stays within the bounds: near the upper one, the source is first moved earlier by the spread.
  const most = Math.min(bounded * SPREAD, LONGEST_SPREAD)
  const room = open > at ? most : Math.min(most, maxInterval - minInterval)
  const from = open > at ? open : Math.min(at, now + maxInterval - room)
  const moved = Math.round(room * place)
  const share = Math.round((moved / Math.max(bounded, 1)) * 100)
  return { at: Math.round(from) + moved, reason: `${reason}, +${share} % spread` }
}

/**
 * Postpones a poll while push works for the source: polls then only check that push missed nothing, at the safety
 * interval or when push no longer counts as working.
 * @param pushUntil ms since the epoch until which push counts as working; 0 if it does not
 * @param safety safety interval, ms
 * @returns `due` unchanged if push does not work, or if that is later anyway
 */
export const whilePushed = (due: Due, sourceId: string, now: number, pushUntil: number, safety: number): Due => {
  const at = Math.round(Math.min(now + safety * (1 + computeSpread(sourceId)), pushUntil))
  return pushUntil <= now || at <= due.at
    ? due
    : { at, reason: `push brings its news; polled every ${formatFineDuration(safety)} to be safe` }
}
