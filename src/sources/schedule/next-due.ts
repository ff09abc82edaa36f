/** When a source is fetched next, and why: rules on plain data. (pure) */

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
  /** For people: why then. */
  readonly reason: string
  /** Something people should hear of, said once. */
  readonly notice?: string
}

/** The share of an interval by which a source is moved, always the same for the same source: so that nothing falls due together. */
export const computeSpread = (sourceId: string): number =>
  (createHash('sha256').update(sourceId).digest().readUInt32BE(0) / 0x1_0000_0000) * 0.2 - 0.1

/** Between the first fetches of sources that came together, and the most such a start may take, ms. */
const FIRST_GAP = 250
const FIRST_WITHIN = 120_000

/**
 * When a source new to us is fetched first: one alone within a moment, many spread, so that an import is no stampede.
 * @param together how many are new at the same time
 */
export const firstDue = (sourceId: string, now: number, together: number): Due => {
  const place = (computeSpread(sourceId) + 0.1) * 5 // 0 to 1
  return { at: Math.round(now + place * Math.min(together * FIRST_GAP, FIRST_WITHIN)), reason: 'new: first fetch' }
}

/** What others than the source's rhythm say on when to fetch it. */
export interface Wishes {
  /** Fixed ms between fetches where the operator gave one. */
  readonly fixed: number | undefined
  /** ms the publisher asks for between fetches: ttl, sy:update*, Cache-Control, Expires. */
  readonly asked: number | null
  /** Hours of the day (0 to 23) and weekdays (0 is Sunday), UTC, at which the publisher asks not to be fetched. */
  readonly skipHours?: readonly number[]
  readonly skipDays?: readonly number[]
}

/**
 * What a request is worth where no budget is set, ms of publications waiting: five items that wait two minutes each. By simulation it polls a
 * third as often as every 15 minutes, and is no slower (docs/decisions/0006).
 */
export const DEFAULT_FETCH_COST = 10 * 60_000

export type DueSettings = Pick<CrawlSettings, 'minInterval' | 'maxInterval' | 'startInterval'>

/** A publisher's own wish is heard, but not without end. */
const LONGEST_ASKED = 2 * 3_600_000
/** What a source is moved by its spread, at most: a tenth of its interval, and not so far that it would miss an edition by much. */
const SPREAD = 0.1
const LONGEST_SPREAD = 10 * 60_000

const HOUR = 3_600_000

/** The first time from `at` on that is in no hour or day the publisher asks to be left alone in; `at` where it names all of them. */
const outsideSkipped = (at: number, { skipHours = [], skipDays = [] }: Wishes, longest: number): number => {
  if (skipHours.length === 0 && skipDays.length === 0) return at
  for (let time = at; time <= at + longest; time = (Math.floor(time / HOUR) + 1) * HOUR) {
    const date = new Date(time)
    if (!skipHours.includes(date.getUTCHours()) && !skipDays.includes(date.getUTCDay())) return time
  }
  return at
}

const clock = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`

/** The publications known that make a rhythm. */
const ENOUGH = 3

/** Between publications in the hour about a time, ms; those that come in one go count once. */
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

/** Asked ever less while nothing comes that would tell of a rhythm. */
const unknownWait = ({ observed }: PublishingModel, startInterval: number): number =>
  Math.max(startInterval, (observed * 86_400_000) / 10)

/** What its rhythm alone asks for: ms, and in words why. */
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

/** What a source asks of a budget; see `Demand`. */
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
 * Next fetch after a success: when what is expected to have been published by then is worth a request. What the publisher asks only
 * lengthens; the bounds hold whatever anybody says, but for hours the publisher asks to be left alone in.
 * @param price what a request is worth, ms of publications waiting
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
  // Within the bounds there is room for the spread: at the upper one it is taken off.
  const most = Math.min(bounded * SPREAD, LONGEST_SPREAD)
  const room = open > at ? most : Math.min(most, maxInterval - minInterval)
  const from = open > at ? open : Math.min(at, now + maxInterval - room)
  const moved = Math.round(room * place)
  const share = Math.round((moved / Math.max(bounded, 1)) * 100)
  return { at: Math.round(from) + moved, reason: `${reason}, +${share} % spread` }
}

/**
 * While push brings what a source publishes, polls only look for what it missed: at the safety interval, or when its time is up.
 * @param pushUntil ms since the epoch until which push works; 0 where it does not
 * @param safety ms between polls meanwhile
 * @returns `due` itself where push does not work, or where the poll is no sooner anyway
 */
export const whilePushed = (due: Due, sourceId: string, now: number, pushUntil: number, safety: number): Due => {
  const at = Math.round(Math.min(now + safety * (1 + computeSpread(sourceId)), pushUntil))
  return pushUntil <= now || at <= due.at
    ? due
    : { at, reason: `push brings its news; polled every ${formatFineDuration(safety)} to be safe` }
}
