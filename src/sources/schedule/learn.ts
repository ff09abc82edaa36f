/** Updates a source's publishing model with what a poll found. */

import { isPlausible } from '../../util/plausible-time.ts'
import {
  buildForecast,
  CONTAGION,
  DAYS,
  type Forecast,
  fade,
  getQuarter,
  getWeekday,
  LASTS,
  LATELY,
} from './forecast.ts'
import { DAY, type PublishingModel, QUARTER, SPANS } from './publishing-model.ts'

/** What a poll found. */
export interface Poll {
  readonly now: number
  /** Dates of the new items, ms since the epoch; null for an item without one. */
  readonly published: readonly (number | null)[]
  /** Number of items in the document; null if it was not read. */
  readonly carried: number | null
  /** What it cost, a full body being 1; that where not given. */
  readonly cost?: number
}

/**
 * Cost of a poll answered 304, one with a new body being 1: the mean of its share of the bytes (0.05) and of the CPU of a
 * whole poll (0.6), as `npm run bench:schedule -- --price` measures both (docs/performance.md).
 */
export const NOT_MODIFIED_COST = 0.33

/** Weight of the latest poll in the mean cost of a poll. */
const COST_WEIGHT = 0.1

/** Factor by which the record of contagion decays with each poll. */
const RECORD = 0.99
const FIRST_DATE = Date.UTC(2000, 0)
/**
 * Items dated longer than this before the latest poll are old news listed again, and say nothing about when a source
 * publishes.
 */
const STALE = DAY
const OLDEST = 400 * DAY
const MAX_RECENT = 50

/**
 * Splits new items into those with a plausible date and those that appeared at an unknown time since the latest poll.
 */
const arrivals = (
  { polledAt, recent }: PublishingModel,
  { now, published }: Poll,
): { dated: number[]; undated: number } => {
  const dated: number[] = []
  let undated = 0
  if (published.length === 0) return { dated, undated }
  const known = new Set(recent.map(at => Math.floor(at / 1_000)))
  for (const at of published) {
    const believable = at !== null && at >= FIRST_DATE && at <= now
    if (polledAt === 0) {
      if (believable && at > now - OLDEST) dated.push(at)
    } else if (believable && at > polledAt) dated.push(at)
    else if (!believable) undated += 1
    else if (at > polledAt - STALE && !known.has(Math.floor(at / 1_000))) undated += 1
  }
  return { dated: dated.sort((a, b) => a - b), undated }
}

/** Expected publications between two times, over the last eight days at most. */
const expectedIn = (forecast: Forecast, from: number, to: number): number => {
  let total = 0
  for (let at = Math.max(from, to - 8 * DAY); at < to; ) {
    const end = Math.min(to, (Math.floor(at / QUARTER) + 1) * QUARTER)
    total += forecast.usualAt(at) * (end - at)
    at = end
  }
  return total
}

/** Half-life of what is learnt, ms: longer for a source that publishes seldom. */
const computeHalfLife = ({ clusters, exposure }: PublishingModel): number =>
  Math.min(Math.max(30 / Math.max(clusters / Math.max(exposure, 1), 0.01), 21), 120) * DAY

const mostIn = (times: readonly number[], span: number): number => {
  let most = 0
  let start = 0
  for (const [end, at] of times.entries()) {
    while (at - (times[start] ?? at) > span) start += 1
    most = Math.max(most, end - start + 1)
  }
  return most
}

/**
 * Drops what was learnt about times in the future, when the clock was ahead. Returns the same object if there is
 * nothing to drop.
 */
const dropFuture = (model: PublishingModel, now: number): PublishingModel =>
  [model.polledAt, model.decayedAt, model.recent[0] ?? 0].every(at => isPlausible(at, now))
    ? model
    : {
        ...model,
        polledAt: Math.min(model.polledAt, now),
        decayedAt: Math.min(model.decayedAt, now),
        recent: model.recent.filter(at => at <= now),
      }

/** Returns the model after one more poll. */
export const learn = (known: PublishingModel, poll: Poll): PublishingModel => {
  const { now, carried } = poll
  const model = dropFuture(known, now)
  const isFirst = model.polledAt === 0
  const { dated, undated } = arrivals(model, poll)
  const since = isFirst ? (dated[0] ?? now) : model.polledAt
  // If the clock was set back, the time that passed is unknown.
  const elapsed = Math.max(0, now - since)
  const forecast = buildForecast(model, model.polledAt)
  const expected = isFirst ? 0 : expectedIn(forecast, since, now)
  const arrived = dated.length + undated

  const memory = computeHalfLife(model)
  const { quarters, weekdays, clusters, decayedAt, exposure } = decayed(model, now, memory, arrived > 0)
  let grown = clusters
  let slots = 0
  let slot = Math.floor((model.recent[0] ?? 0) / QUARTER)
  for (const at of dated) {
    const weight = 2 ** ((at - decayedAt) / memory)
    quarters[getQuarter(at)] = (quarters[getQuarter(at)] ?? 0) + weight
    weekdays[getWeekday(at)] = (weekdays[getWeekday(at)] ?? 0) + weight
    if (Math.floor(at / QUARTER) === slot) continue
    slot = Math.floor(at / QUARTER)
    grown += weight
    slots += 1
  }
  if (undated > 0 && !isFirst && elapsed > 0) {
    spreadOver(quarters, weekdays, undated, Math.max(since, now - DAY), now)
    grown += 1
    slots += 1
  }

  const cameAt = [...dated, ...Array<number>(isFirst ? 0 : undated).fill(now)]
  const recent =
    cameAt.length === 0 ? model.recent : [...model.recent, ...cameAt].sort((a, b) => b - a).slice(0, MAX_RECENT)
  const days = elapsed / DAY
  const kept = 2 ** (-days / 60)
  const level = fade(model.days, elapsed, DAYS.halfLife)
  const seen = isFirst ? 0 : slots
  return {
    quarters,
    weekdays,
    decayedAt,
    clusters: grown,
    exposure: exposure + (memory / DAY / Math.LN2) * (1 - 2 ** (-elapsed / memory)) * 2 ** ((now - decayedAt) / memory),
    observed: Math.min(model.observed + days, 9_999),
    polledAt: now,
    recent,
    days: { seen: level.seen + seen, expected: level.expected + expected / forecast.batch },
    lately: updateLately(model.lately, elapsed, dated, undated, now),
    odds: isFirst ? model.odds : updateOdds(model.odds, forecast, expected, arrived, elapsed),
    most: arrived > 0 ? mostSeen(model.most, recent, kept) : model.most,
    longestGap: updateLongestGap(model, dated, undated > 0 && !isFirst ? now : null, kept),
    feedWindow:
      carried === null || carried === 0 ? model.feedWindow : updateWindow(model, poll.published.length, carried),
    carried: carried ?? model.carried,
    pollCost: model.pollCost + COST_WEIGHT * ((poll.cost ?? 1) - model.pollCost),
  }
}

const updateLately = (
  before: number,
  elapsed: number,
  dated: readonly number[],
  undated: number,
  now: number,
): number => {
  let lately = before * 2 ** (-elapsed / LATELY) + undated * 2 ** (-elapsed / 2 / LATELY)
  for (const at of dated) lately += 2 ** ((at - now) / LATELY)
  return lately
}

/**
 * Updates how well each share of contagion predicted the polls (Poisson log-likelihood ratio). Publications that come
 * together count once.
 */
const updateOdds = (
  odds: readonly number[],
  { recent, batch }: Forecast,
  expected: number,
  arrived: number,
  elapsed: number,
): number[] => {
  const followed = (recent * LASTS * (1 - 2 ** (-elapsed / LASTS))) / Math.LN2
  const fading = (LASTS / Math.LN2 / Math.max(elapsed, 1)) * (1 - 2 ** (-elapsed / LASTS))
  return CONTAGION.map((share, index) => {
    const predicted = Math.max(expected * (1 - share * fading) + share * followed, 1e-9)
    const ratio = arrived * Math.log(predicted / Math.max(expected, 1e-9)) - (predicted - expected)
    return Math.min(Math.max((odds[index] ?? 0) * RECORD + ratio / batch, -20), 20)
  })
}

/**
 * Decays the counts and their evidence to now, in large steps only: smaller ones would be lost when the counts are
 * rounded for Redis.
 */
const decayed = (
  model: PublishingModel,
  now: number,
  memory: number,
  hasNews: boolean,
): { quarters: number[]; weekdays: number[]; clusters: number; exposure: number; decayedAt: number } => {
  const { decayedAt, quarters, weekdays, clusters, exposure } = model
  const isDue = decayedAt === 0 || (hasNews && now - decayedAt > memory / 16)
  const kept = isDue && decayedAt > 0 ? 2 ** (-Math.max(0, now - decayedAt) / memory) : 1
  return {
    // The same arrays where nothing came, so that they need not be written again.
    quarters: hasNews ? quarters.map(count => count * kept) : model.quarters,
    weekdays: hasNews ? weekdays.map(count => count * kept) : model.weekdays,
    clusters: clusters * kept,
    exposure: exposure * kept,
    decayedAt: isDue ? now : decayedAt,
  }
}

/** Spreads items that came at an unknown time within a span evenly over it. */
const spreadOver = (quarters: number[], weekdays: number[], items: number, from: number, to: number): void => {
  for (let at = from; at < to; ) {
    const end = Math.min(to, (Math.floor(at / QUARTER) + 1) * QUARTER)
    const share = (items * (end - at)) / (to - from)
    quarters[getQuarter(at)] = (quarters[getQuarter(at)] ?? 0) + share
    weekdays[getWeekday(at)] = (weekdays[getWeekday(at)] ?? 0) + share
    at = end
  }
}

const mostSeen = (most: readonly number[], recent: readonly number[], kept: number): number[] => {
  const times = recent.toReversed()
  const covers = (times.at(-1) ?? 0) - (times[0] ?? 0)
  return SPANS.map((span, index) => {
    // Where the recorded times do not reach back over the whole span, their rate is extrapolated.
    const pace = times.length === MAX_RECENT && covers < span ? span / Math.max(covers, 1_000) : 1
    return Math.max((most[index] ?? 0) * kept, Math.min(mostIn(times, span) * Math.max(pace, 1), 99_999))
  })
}

const updateLongestGap = (
  model: PublishingModel,
  dated: readonly number[],
  cameAt: number | null,
  kept: number,
): number => {
  let last = model.recent[0] ?? null
  let longest = model.longestGap * kept
  for (const at of cameAt === null ? dated : [...dated, cameAt]) {
    if (last !== null) longest = Math.max(longest, at - last)
    last = at
  }
  return longest
}

/**
 * Items that a feed is assumed to hold until one is seen to leave it: a new feed has few items because it is new. Ten is
 * WordPress's default.
 */
const LEAST_WINDOW = 10

/** While nothing leaves the feed it is not full. Otherwise a smaller window is adopted at once, a larger one gradually. */
const updateWindow = (
  { feedWindow: before, carried: had, polledAt }: PublishingModel,
  fresh: number,
  carried: number,
): number => {
  const isKept = carried >= had + fresh
  if (isKept && fresh === 0 && before > 0) return before
  if (isKept || polledAt === 0) return Math.max(carried, LEAST_WINDOW)
  return before === 0 || carried < before ? carried : before + (carried - before) / 5
}
