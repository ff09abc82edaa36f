/** Generates sources that publish: in six patterns, each source with its own hours, weekdays, time zone and noise. */

import { seeded } from '../../src/util/seeded-random.ts'
import { PLANS, type Plan } from './plans.ts'
import { exponential, normal, poisson } from './random.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** A Monday. */
export const START = Date.UTC(2026, 4, 4)
/** What was published before the start stands in the feeds at their first fetch. */
const BEFORE = 120 * DAY

export interface SimulatedSource {
  readonly id: string
  /** What the figures are broken down by. */
  readonly pattern: string
  /** ms, ascending. */
  readonly published: Float64Array
  /** Items its feed holds. */
  readonly window: number
  /** Whether its items carry their dates. */
  readonly isDated: boolean
  /**
   * The square root of its rate of publication, per ms, summed over the measured time, for each way to know the rate:
   * the least mean delay is computed from it.
   */
  readonly roots: readonly number[]
}

export interface World {
  readonly name: string
  readonly sources: readonly SimulatedSource[]
  readonly patterns: readonly string[]
  /** In which ways rates may be known: one for each of a source's `roots`. */
  readonly known: readonly string[]
  /** Polled from here, ms, and measured from here. */
  readonly start: number
  readonly measuredFrom: number
  /** Days measured. */
  readonly days: number
}

export const PATTERNS = ['wire', 'daily paper', 'weekly', 'sleeping blog', 'breaking news', 'narrow window'] as const
export type Pattern = (typeof PATTERNS)[number]

/** A working day's rate by local hour, 1 on average: quiet nights, a peak in the morning and one in the afternoon, each source's own. */
const dayShape = (random: () => number): number[] => {
  const night = 0.05 + 0.4 * random()
  const morning = 8 + 3 * random()
  const afternoon = 14 + 4 * random()
  const shape = Array.from({ length: 24 }, (_, hour) => {
    const bump = (peak: number, width: number) => Math.exp(-((hour - peak) ** 2) / (2 * width * width))
    return (night + bump(morning, 2) + 0.8 * bump(afternoon, 2.5)) * (0.8 + 0.4 * random())
  })
  const mean = shape.reduce((sum, each) => sum + each, 0) / 24
  return shape.map(each => each / mean)
}

/** A time in which items are published at a steady rate, per ms. */
interface Spell {
  readonly from: number
  readonly to: number
  readonly rate: number
}

interface Publications {
  readonly times: number[]
  readonly spells: Spell[]
}

interface Clock {
  readonly random: () => number
  /** ms east of UTC. */
  readonly zone: number
  readonly from: number
  readonly to: number
}

/** A Poisson process over local hours. @param perDay mean; @param weekend share of a weekday's rate at weekends */
const byHours = ({ random, zone, from, to }: Clock, perDay: number, weekend: number): Publications => {
  const shape = dayShape(random)
  const times: number[] = []
  const spells: Spell[] = []
  for (let hour = from; hour < to; hour += HOUR) {
    const local = new Date(hour + zone)
    const isWeekend = local.getUTCDay() % 6 === 0
    const rate = (perDay / 24) * (shape[local.getUTCHours()] ?? 1) * (isWeekend ? weekend : 1)
    for (let left = poisson(random, rate); left > 0; left -= 1) times.push(hour + random() * HOUR)
    spells.push({ from: hour, to: hour + HOUR, rate: rate / HOUR })
  }
  return { times, spells }
}

/** So many at any moment of a span from `at` on. */
const together = (random: () => number, at: number, span: number, items: number): Publications => ({
  times: Array.from({ length: items }, () => at + random() * span),
  spells: [{ from: at, to: at + span, rate: items / span }],
})

const joined = (parts: readonly Publications[]): Publications => ({
  times: parts.flatMap(({ times }) => times),
  spells: parts.flatMap(({ spells }) => spells),
})

const between = (random: () => number, [least, most]: readonly [number, number]): number =>
  least + (most - least) * random()

const bursts = ({ random, from, to }: Clock, { every, hours, perHour }: Plan['breaking news']): Publications => {
  const times: number[] = []
  const spells: Spell[] = []
  for (let at = from + exponential(random, every * DAY); at < to; at += exponential(random, every * DAY)) {
    const end = at + between(random, hours) * HOUR
    for (let time = at; time < end; time += exponential(random, HOUR / perHour)) times.push(time)
    spells.push({ from: at, to: end, rate: perHour / HOUR })
  }
  return { times, spells }
}

const localMidnights = ({ zone, from, to }: Clock): number[] => {
  const days: number[] = []
  for (let day = Math.ceil((from + zone) / DAY) * DAY - zone; day < to; day += DAY) days.push(day)
  return days
}

type Publish = (clock: Clock, plan: Plan) => Publications

const publish: Readonly<Record<Pattern, Publish>> = {
  wire: (clock, { wire }) => byHours(clock, wire.perDay, 0.7),
  'daily paper': (clock, { 'daily paper': paper }) => {
    const { random } = clock
    const dawn = between(random, paper.dawn) * HOUR
    const hasSunday = random() < 0.5
    const editions = localMidnights(clock).flatMap(day => {
      if (!hasSunday && new Date(day + clock.zone).getUTCDay() === 0) return []
      const at = day + dawn + normal(random) * paper.jitter * MINUTE
      return [together(random, at, paper.span * MINUTE, Math.floor(between(random, paper.items)))]
    })
    return joined([...editions, byHours(clock, paper.perDay, 0.4)])
  },
  weekly: (clock, { weekly }) => {
    const { random } = clock
    const weekday = Math.floor(random() * 7)
    const hour = between(random, weekly.hour) * HOUR
    return joined(
      localMidnights(clock).flatMap(day => {
        if (new Date(day + clock.zone).getUTCDay() !== weekday || random() < weekly.skipped) return []
        const at = day + hour + normal(random) * weekly.jitter * MINUTE
        return [together(random, at, 30 * MINUTE, 1 + Math.floor(random() * weekly.items))]
      }),
    )
  },
  'sleeping blog': (clock, { 'sleeping blog': blog }) => {
    const { random, from, to } = clock
    const awake: Publications[] = []
    for (let at = from + exponential(random, 10 * DAY); at < to; ) {
      const asleep = at + between(random, blog.awake) * DAY
      awake.push(byHours({ ...clock, from: at, to: Math.min(asleep, to) }, between(random, blog.perDay), 0.5))
      at = asleep + between(random, blog.asleep) * DAY
    }
    return joined(awake)
  },
  'breaking news': (clock, { 'breaking news': breaking }) =>
    joined([byHours(clock, breaking.perDay, 0.6), bursts(clock, breaking)]),
  'narrow window': (clock, { 'narrow window': narrow }) => byHours(clock, narrow.perDay, 0.7),
}

/** @returns the sum of the square roots of the rates of all spells together, over a time */
const rootsOf = (spells: readonly Spell[], from: number, to: number): number => {
  const changes = spells.flatMap(({ from, to, rate }) => [
    { at: from, by: rate },
    { at: to, by: -rate },
  ])
  changes.sort((a, b) => a.at - b.at)
  let [roots, rate, since] = [0, 0, from]
  for (const { at, by } of changes) {
    const until = Math.min(Math.max(at, from), to)
    roots += Math.sqrt(Math.max(rate, 0)) * (until - since)
    since = until
    rate += by
  }
  return roots
}

/**
 * @param days simulated
 * @param plan which world: the one the rule was thought out with, or another
 * @returns sources in a fixed mix of the patterns
 */
export const aWorld = (seed: number, count: number, days: number, plan: keyof typeof PLANS = 'usual'): World => {
  const { share, missingDates, ...patterns } = PLANS[plan]
  const mix = PATTERNS.flatMap(pattern => Array<Pattern>(share[pattern]).fill(pattern))
  const end = START + days * DAY
  const sources = Array.from({ length: count }, (_, index) => {
    const random = seeded(seed * 1_000_003 + index)
    const pattern = mix[(index * 37) % mix.length] ?? 'weekly'
    const zone = Math.floor(random() * 24 - 11) * HOUR
    // A wire's past beyond its window is never seen: a few days of it do.
    const before = pattern === 'wire' || pattern === 'narrow window' ? 10 * DAY : BEFORE
    const { times, spells } = publish[pattern]({ random, zone, from: START - before, to: end }, PLANS[plan])
    return {
      id: `${pattern.replace(' ', '-')}-${seed}-${index}`,
      pattern,
      published: Float64Array.from(times.filter(at => at < end)).sort(),
      window: patterns[pattern].window,
      isDated: random() >= missingDates,
      roots: [rootsOf(spells, START, end)],
    }
  })
  return {
    ...{ name: `${plan} world, seed ${seed}`, sources, patterns: PATTERNS, known: ['rates known'] },
    ...{ start: START, measuredFrom: START, days },
  }
}
