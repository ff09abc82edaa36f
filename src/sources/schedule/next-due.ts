/** Decides when a source is fetched next, and why. */

import { hash } from 'node:crypto'
import type { CrawlSettings } from '../../config/sections/crawl.ts'
import { formatFineDuration } from '../../util/duration.ts'
import { type Demand, fixedDemand } from './budget.ts'
import { buildForecast, type Forecast } from './forecast.ts'
import { estimateDemand, waitFor } from './interval.ts'
import { type PublishingModel, QUARTER } from './publishing-model.ts'

export interface Due {
  /** ms since the epoch. */
  readonly at: number
  /** Why then, for people. */
  readonly reason: string
  /** A change that people should know of, reported once. */
  readonly notice?: string
}

/**
 * Share of an interval by which the fetches of a source are shifted, -0.1 to 0.1, always the same for the same source,
 * so that sources do not fall due together.
 */
export const computeSpread = (sourceId: string): number =>
  (Number.parseInt(hash('sha256', sourceId).slice(0, 8), 16) / 0x1_0000_0000) * 0.2 - 0.1

/** Gap between the first fetches of sources added together, and the longest time over which these are spread, ms. */
const FIRST_GAP = 250
const FIRST_WITHIN = 120_000
/** Share of a budget that first fetches take, or as many of all sources as are new if that is more. */
const FIRST_SHARE = 0.5

/** Sources that are new at the same time. */
export interface Added {
  readonly together: number
  /** All sources, these included. */
  readonly all: number
  /** Requests per hour; 0 for no limit. */
  readonly budget: number
}

/**
 * When a new source is fetched first: a single one within a moment, many spread out, so that an import does not fetch
 * all at once, nor takes the whole budget from the other sources.
 */
export const firstDue = (sourceId: string, now: number, { together, all, budget }: Added): Due => {
  const place = (computeSpread(sourceId) + 0.1) * 5 // 0 to 1
  const paced = budget > 0 ? (HOUR * together) / budget / Math.max(together / all, FIRST_SHARE) : 0
  const within = Math.max(Math.min(together * FIRST_GAP, FIRST_WITHIN), paced)
  return { at: Math.round(now + place * within), reason: 'new: first fetch' }
}

/** What the operator and the publisher say about when to fetch a source. */
export interface Wishes {
  /** Fixed interval, ms, if the operator configured one. */
  readonly fixed: number | undefined
  /** Interval that the publisher asks for, ms: ttl, sy:update*, Cache-Control, Expires. */
  readonly asked: number | null
  /** Hours of the day (0 to 23) and weekdays (0 is Sunday), UTC, at which the publisher asks not to be fetched. */
  readonly skipHours?: readonly number[]
  readonly skipDays?: readonly number[]
}

/**
 * Fetch cost where no budget is set, in ms of waiting publications: five items that wait two minutes each. In
 * simulation it polls a third as often as a fixed interval of 15 minutes, and is no slower (docs/decisions/0006).
 */
export const DEFAULT_FETCH_COST = 10 * 60_000

export type DueSettings = Pick<CrawlSettings, 'minInterval' | 'maxInterval' | 'startInterval'>

/** Longest interval that a publisher can ask for, ms. */
const MAX_ASKED = 2 * 3_600_000
/** Limits of the spread: a share of the interval, and ms, so that a fetch does not miss an edition by much. */
const SPREAD = 0.1
const MAX_SPREAD = 10 * 60_000

const HOUR = 3_600_000

/**
 * The first time from `at` on outside the hours and days at which the publisher asks not to be fetched; `at` if there
 * is none.
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

/** Mean gap between publications in the hour around a time, ms; those that come together count once. */
const gapAbout = ({ batch, rateAt }: Forecast, at: number): number => {
  let rates = 0
  for (let step = -1.5; step <= 1.5; step += 1) rates += rateAt(at + step * QUARTER)
  return (4 * batch) / Math.max(rates, 1e-12)
}

/** Publications from which on a source is known. Until then, the longest wait is short at first and grows with its age. */
const ENOUGH = 3
const longestUnknown = ({ observed }: PublishingModel, startInterval: number): number =>
  Math.max(startInterval, (observed * 86_400_000) / 10)

/** Wait by the model alone, ms, and the reason in words. */
const learntWait = (
  model: PublishingModel,
  now: number,
  { minInterval, maxInterval, startInterval }: DueSettings,
  cost: number,
): { ms: number; reason: string } => {
  const forecast = buildForecast(model, now)
  const isKnown = model.recent.length >= ENOUGH
  const longest = isKnown ? maxInterval : Math.min(longestUnknown(model, startInterval), maxInterval)
  const { ms, because } = waitFor(model, forecast, now, cost, longest)
  if (!isKnown) return { ms, reason: 'too few publications are known to predict the next' }
  if (because === 'window')
    return { ms, reason: `its feed holds only ${Math.round(model.feedWindow)} items, fetched before any can leave it` }
  const gap = formatFineDuration(gapAbout(forecast, now + ms / 2))
  const at = now + Math.max(ms, minInterval)
  if (forecast.factorAt(at) > 4 && forecast.factorAt(now) < 2)
    return { ms, reason: `usually publishes about ${clock(at)}` }
  if (forecast.busy > 2) return { ms, reason: `${forecast.busy.toFixed(1)} times busier than usual, every ${gap} now` }
  const newest = model.recent[0] ?? now
  if (because === 'longest')
    return { ms, reason: `publishes rarely, last ${formatFineDuration(Math.max(now - newest, 0))} ago` }
  return { ms, reason: `publishes every ${gap} at this hour` }
}

/** What a source asks of the budget, as far as the operator and the publisher let it. */
export const demandUnder = (model: PublishingModel, now: number, { fixed, asked }: Wishes): Demand =>
  fixed === undefined
    ? { root: estimateDemand(model, now), most: 86_400_000 / Math.min(asked ?? 0, MAX_ASKED) }
    : fixedDemand(fixed)

/**
 * Next fetch after a success: when the publications expected by then are worth a request. What the publisher asks for
 * can only lengthen the wait. The bounds always hold, except in hours at which the publisher asks not to be fetched.
 * @param cost what a request is worth, ms of waiting publications
 */
export const nextDue = (
  sourceId: string,
  now: number,
  model: PublishingModel,
  wishes: Wishes,
  settings: DueSettings,
  cost: number,
): Due => {
  const place = (computeSpread(sourceId) + 0.1) * 5 // 0 to 1
  if (wishes.fixed !== undefined) {
    const moved = Math.min(wishes.fixed * 0.02, MAX_SPREAD) * place
    return {
      at: Math.round(now + wishes.fixed + moved),
      reason: `every ${formatFineDuration(wishes.fixed)}, as configured`,
    }
  }
  const { minInterval, maxInterval } = settings
  let { ms, reason } = learntWait(model, now, settings, cost)
  const wished = Math.min(wishes.asked ?? 0, MAX_ASKED)
  if (wished > ms) {
    ms = wished
    reason = `the publisher asks for ${formatFineDuration(wished)} between fetches`
  }
  const bounded = Math.min(Math.max(ms, minInterval), maxInterval)
  if (Math.abs(bounded - ms) > 1_000) reason += `, bounded to ${formatFineDuration(bounded)}`
  const at = now + bounded
  const open = outsideSkipped(at, wishes, maxInterval)
  if (open > at) reason = `the publisher asks not to be fetched before ${clock(open)}`
  // The spread stays within the bounds: near the upper bound, its room is subtracted first.
  const most = Math.min(bounded * SPREAD, MAX_SPREAD)
  const room = open > at ? most : Math.min(most, maxInterval - minInterval)
  const from = open > at ? open : Math.min(at, now + maxInterval - room)
  const moved = Math.round(room * place)
  const share = Math.round((moved / Math.max(bounded, 1)) * 100)
  return { at: Math.round(from) + moved, reason: `${reason}, +${share} % spread` }
}

/**
 * While push delivers what a source publishes, polls only look for what it missed: at the safety interval, or when push
 * expires.
 * @param pushUntil ms since the epoch until which push works; 0 if it does not
 * @param safety ms between polls while push works
 * @returns `due` itself if push does not work, or if the safety poll would not be later than `due`
 */
export const whilePushed = (due: Due, sourceId: string, now: number, pushUntil: number, safety: number): Due => {
  const at = Math.round(Math.min(now + safety * (1 + computeSpread(sourceId)), pushUntil))
  return pushUntil <= now || at <= due.at
    ? due
    : { at, reason: `push brings its news; polled every ${formatFineDuration(safety)} to be safe` }
}
