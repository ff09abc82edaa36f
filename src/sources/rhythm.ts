/**
 * A source's rhythm: what its publications so far say about those to come. An inhomogeneous Poisson process whose rate is a base rate, times
 * factors for the quarter of the day and the weekday (Gamma priors, so that few publications say little), times two levels that
 * follow what is unusual: one over days (a blog asleep, or awake again), one over hours (breaking news). Only what a fetcher sees goes in: the
 * dates of the items that are new at a poll, or the time between two polls where a date is missing or cannot be. All times are UTC: a
 * publisher's time zone is learnt with its hours. (pure)
 */

export const QUARTER = 900_000
export const QUARTERS = 96
const DAY = 86_400_000

/** Spans, ms, over which the most publications ever seen at once are kept: what the window of the feed must be able to hold. */
export const SPANS = [QUARTER, 3_600_000, 4 * 3_600_000, DAY] as const

export interface Rhythm {
  /** Publications by quarter hour of the day and by weekday (Sunday first), older ones weighing less. */
  readonly quarters: number[]
  readonly weekdays: number[]
  /** ms, up to which those are decayed. */
  readonly decayedAt: number
  /** Quarter hours that brought anything, and days observed: both decayed like the above. */
  readonly clusters: number
  readonly exposure: number
  /** Days observed, not decayed. */
  readonly observed: number
  /** ms of the latest poll; 0 before the first. */
  readonly polledAt: number
  /** Latest publications, ms, newest first, repeated where several came at once; at most 50. */
  readonly recent: readonly number[]
  /** Clusters seen, and expected by hour and weekday, over the last days. */
  readonly days: Level
  /** Publications of the last hour or so, fading. */
  readonly lately: number
  /** How much better than the usual rate alone each of `CONTAGION` foretold what polls brought: logarithm of the likelihood ratio, fading. */
  readonly odds: readonly number[]
  /** Most publications seen within each of `SPANS`, slowly forgotten. */
  readonly most: readonly number[]
  /** Longest gap between publications, ms, slowly forgotten. */
  readonly longestGap: number
  /** Items its feed holds; 0 where not known. */
  readonly window: number
}

export interface Level {
  readonly seen: number
  readonly expected: number
}

const NONE: Level = { seen: 0, expected: 0 }

export const NO_RHYTHM: Rhythm = {
  quarters: Array<number>(QUARTERS).fill(0),
  weekdays: Array<number>(7).fill(0),
  decayedAt: 0,
  clusters: 0,
  exposure: 0,
  observed: 0,
  polledAt: 0,
  recent: [],
  days: NONE,
  lately: 0,
  odds: [0, 0],
  most: SPANS.map(() => 0),
  longestGap: 0,
  window: 0,
}

/** Half-life of the level over days, ms, and the clusters of prior that hold it at 1. */
const DAYS = { halfLife: 5 * DAY, prior: 1.5 }

/**
 * One publication brings others (a self-exciting process; Hawkes, Biometrika 1971): the shares of the coming rate that follow the
 * last hour instead of the usual rate. None is always a candidate too; each source's own record says which to believe.
 */
const CONTAGION = [0.4, 0.8] as const
const LATELY = 40 * 60_000
/** ms over which an unusual hour is thought to go on, and polls over which the record fades. */
const LASTS = 90 * 60_000
const RECORD = 0.99

const levelOf = ({ seen, expected }: Level, prior: number): number => (prior + seen) / (prior + expected)
const faded = ({ seen, expected }: Level, elapsed: number, halfLife: number): Level => {
  const kept = 2 ** (-elapsed / halfLife)
  return { seen: seen * kept, expected: expected * kept }
}

const sum = (of: readonly number[]): number => {
  let total = 0
  for (const each of of) total += each
  return total
}

const quarterOf = (at: number): number => Math.floor((at % DAY) / QUARTER)
/** 1 January 1970 was a Thursday. */
const weekdayOf = (at: number): number => (Math.floor(at / DAY) + 4) % 7

/** What is expected of a source from a moment on. */
export interface Outlook {
  /** Expected publications per ms at a time, this moment's unusual hours fading. */
  rateAt(at: number): number
  /** The same as if the last hours had been usual. */
  usualAt(at: number): number
  /** How many times busier than usual it is just now. */
  readonly busy: number
  /** Publications per ms of the last hour or so. */
  readonly recent: number
  /** Factor of the quarter and weekday: 1 on average. */
  factorAt(at: number): number
  /** Publications a cluster holds, at least 1. */
  readonly batch: number
  /** Publications per ms by and large, whatever the hour. */
  readonly base: number
}

/** The share expected to follow the last hour, weighed by the record; none weighs most before there is one. */
const contagionOf = (odds: readonly number[]): number => {
  let total = 1
  let share = 0
  for (const [index, each] of CONTAGION.entries()) {
    const weight = 0.5 * Math.exp(Math.min(odds[index] ?? 0, 50))
    total += weight
    share += weight * each
  }
  return share / total
}

/** Clusters of prior: for the broad shape of the day, its quarter hours, the weekdays. A tenth is always spread evenly: nothing is impossible. */
const PRIOR = { day: 4, quarter: 6, week: 2, even: 0.1, items: 0.5, days: 0.5 }

/** Neighbouring quarters lend to each other: broadly, for the shape of the day; a little, for an edition that is never to the minute. */
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

/** Factor of a quarter of the day: its own record, over that of the hours around it, over an even day. Worked out where asked for. */
const dayFactors = ({ quarters, observed }: Rhythm, items: number, batch: number): ((quarter: number) => number) => {
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

const weekFactors = ({ weekdays, observed }: Rhythm, items: number, batch: number): ((weekday: number) => number) => {
  const clusters = items / batch
  const prior = PRIOR.week + clusters * unseen(observed, 10)
  return weekday =>
    PRIOR.even + ((1 - PRIOR.even) * 7 * ((weekdays[weekday] ?? 0) / batch + prior / 7)) / (clusters + prior)
}

export const outlookOf = (rhythm: Rhythm, now: number): Outlook => {
  const items = sum(rhythm.quarters)
  const batch = Math.max(1, items / Math.max(rhythm.clusters, 1e-9))
  const byQuarter = dayFactors(rhythm, items, batch)
  const byWeekday = weekFactors(rhythm, items, batch)
  const elapsed = Math.max(0, now - rhythm.polledAt)
  const base =
    ((items + PRIOR.items) / (rhythm.exposure + PRIOR.days) / DAY) *
    levelOf(faded(rhythm.days, elapsed, DAYS.halfLife), DAYS.prior)
  const recent = (rhythm.lately * 2 ** (-elapsed / LATELY) * Math.LN2) / LATELY
  const contagion = contagionOf(rhythm.odds)
  const factorAt = (at: number) => byQuarter(quarterOf(at)) * byWeekday(weekdayOf(at))
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

/** What a poll brought. */
export interface Poll {
  readonly now: number
  /** Of each item that is new: the ms of its date, or null where it has none. */
  readonly published: readonly (number | null)[]
  /** Items the document holds; null where it was not read. */
  readonly carried: number | null
}

const FIRST_DATE = Date.UTC(2000, 0)
/** Dates older than this before the latest poll tell of old news listed anew, not of the rhythm. */
const STALE = DAY
const OLDEST = 400 * DAY
const MOST_RECENT = 50

/** New items by what is known of their time: those with a date one can believe, and those that came some time since the latest poll. */
const arrivals = ({ polledAt, recent }: Rhythm, { now, published }: Poll): { dated: number[]; undated: number } => {
  const dated: number[] = []
  let undated = 0
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

/** Expected publications between two times, the last eight days of it at most. */
const expectedIn = (outlook: Outlook, from: number, to: number): number => {
  let total = 0
  for (let at = Math.max(from, to - 8 * DAY); at < to; ) {
    const end = Math.min(to, (Math.floor(at / QUARTER) + 1) * QUARTER)
    total += outlook.usualAt(at) * (end - at)
    at = end
  }
  return total
}

/** Half-life of what is learnt, ms: a source that publishes seldom is remembered longer. */
const memoryOf = ({ clusters, exposure }: Rhythm): number =>
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

/** The rhythm after one more poll. */
export const learn = (rhythm: Rhythm, poll: Poll): Rhythm => {
  const { now, carried } = poll
  const isFirst = rhythm.polledAt === 0
  const { dated, undated } = arrivals(rhythm, poll)
  const since = isFirst ? (dated[0] ?? now) : rhythm.polledAt
  // A clock set back says nothing of the time that passed.
  const elapsed = Math.max(0, now - since)
  const outlook = outlookOf(rhythm, rhythm.polledAt)
  const expected = isFirst ? 0 : expectedIn(outlook, since, now)
  const arrived = dated.length + undated

  const memory = memoryOf(rhythm)
  const { quarters, weekdays, clusters, decayedAt, exposure } = decayed(rhythm, now, memory, arrived > 0)
  let grown = clusters
  let slots = 0
  let slot = Math.floor((rhythm.recent[0] ?? 0) / QUARTER)
  for (const at of dated) {
    const weight = 2 ** ((at - decayedAt) / memory)
    quarters[quarterOf(at)] = (quarters[quarterOf(at)] ?? 0) + weight
    weekdays[weekdayOf(at)] = (weekdays[weekdayOf(at)] ?? 0) + weight
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
    cameAt.length === 0 ? rhythm.recent : [...rhythm.recent, ...cameAt].sort((a, b) => b - a).slice(0, MOST_RECENT)
  const days = elapsed / DAY
  const kept = 2 ** (-days / 60)
  const usually = faded(rhythm.days, elapsed, DAYS.halfLife)
  const seen = isFirst ? 0 : slots
  return {
    quarters,
    weekdays,
    decayedAt,
    clusters: grown,
    exposure: exposure + (memory / DAY / Math.LN2) * (1 - 2 ** (-elapsed / memory)) * 2 ** ((now - decayedAt) / memory),
    observed: Math.min(rhythm.observed + days, 9_999),
    polledAt: now,
    recent,
    days: { seen: usually.seen + seen, expected: usually.expected + expected / outlook.batch },
    lately: latelyOf(rhythm.lately, elapsed, dated, undated, now),
    odds: isFirst ? rhythm.odds : oddsOf(rhythm.odds, outlook, expected, arrived, elapsed),
    most: arrived > 0 ? mostSeen(rhythm.most, recent, kept) : rhythm.most,
    longestGap: longestOf(rhythm, dated, undated > 0 && !isFirst ? now : null, kept),
    window: carried === null || carried === 0 ? rhythm.window : windowOf(rhythm.window, carried),
  }
}

const latelyOf = (before: number, elapsed: number, dated: readonly number[], undated: number, now: number): number => {
  let lately = before * 2 ** (-elapsed / LATELY) + undated * 2 ** (-elapsed / 2 / LATELY)
  for (const at of dated) lately += 2 ** ((at - now) / LATELY)
  return lately
}

/** The record of what each share of contagion would have foretold for a poll, by Poisson's law; publications that come in one go count once. */
const oddsOf = (
  odds: readonly number[],
  { recent, batch }: Outlook,
  expected: number,
  arrived: number,
  elapsed: number,
): number[] => {
  const followed = (recent * LASTS * (1 - 2 ** (-elapsed / LASTS))) / Math.LN2
  const fading = (LASTS / Math.LN2 / Math.max(elapsed, 1)) * (1 - 2 ** (-elapsed / LASTS))
  return CONTAGION.map((share, index) => {
    const foretold = Math.max(expected * (1 - share * fading) + share * followed, 1e-9)
    const ratio = arrived * Math.log(foretold / Math.max(expected, 1e-9)) - (foretold - expected)
    return Math.min(Math.max((odds[index] ?? 0) * RECORD + ratio / batch, -20), 20)
  })
}

/** Profile and its evidence as of now; touched in steps only, so that rounding for the store cannot stop it from fading. */
const decayed = (
  rhythm: Rhythm,
  now: number,
  memory: number,
  hasNews: boolean,
): { quarters: number[]; weekdays: number[]; clusters: number; exposure: number; decayedAt: number } => {
  const { decayedAt, quarters, weekdays, clusters, exposure } = rhythm
  const isDue = decayedAt === 0 || (hasNews && now - decayedAt > memory / 16)
  const kept = isDue && decayedAt > 0 ? 2 ** (-Math.max(0, now - decayedAt) / memory) : 1
  return {
    // The very same arrays where nothing came: then they need not be written anew.
    quarters: hasNews ? quarters.map(count => count * kept) : rhythm.quarters,
    weekdays: hasNews ? weekdays.map(count => count * kept) : rhythm.weekdays,
    clusters: clusters * kept,
    exposure: exposure * kept,
    decayedAt: isDue ? now : decayedAt,
  }
}

/** Items that came at some time of a span, evenly over it. */
const spreadOver = (quarters: number[], weekdays: number[], items: number, from: number, to: number): void => {
  for (let at = from; at < to; ) {
    const end = Math.min(to, (Math.floor(at / QUARTER) + 1) * QUARTER)
    const share = (items * (end - at)) / (to - from)
    quarters[quarterOf(at)] = (quarters[quarterOf(at)] ?? 0) + share
    weekdays[weekdayOf(at)] = (weekdays[weekdayOf(at)] ?? 0) + share
    at = end
  }
}

const mostSeen = (most: readonly number[], recent: readonly number[], kept: number): number[] => {
  const times = recent.toReversed()
  const covers = (times.at(-1) ?? 0) - (times[0] ?? 0)
  return SPANS.map((span, index) => {
    // Where the times kept do not reach back so far, their pace is taken to go on.
    const pace = times.length === MOST_RECENT && covers < span ? span / Math.max(covers, 1_000) : 1
    return Math.max((most[index] ?? 0) * kept, Math.min(mostIn(times, span) * Math.max(pace, 1), 99_999))
  })
}

const longestOf = (rhythm: Rhythm, dated: readonly number[], cameAt: number | null, kept: number): number => {
  let last = rhythm.recent[0] ?? null
  let longest = rhythm.longestGap * kept
  for (const at of cameAt === null ? dated : [...dated, cameAt]) {
    if (last !== null) longest = Math.max(longest, at - last)
    last = at
  }
  return longest
}

/** The least is believed at once, more only by and by. */
const windowOf = (before: number, carried: number): number =>
  before === 0 || carried < before ? carried : before + (carried - before) / 5
