/** Sources that publish: six patterns, each source with hours, weekdays, time zone and noise of its own. */

import { seeded } from '../../src/app/seeded.ts'
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
  readonly pattern: Pattern
  /** ms, ascending. */
  readonly published: Float64Array
  /** Items its feed holds. */
  readonly window: number
  /** Whether its items carry their dates. */
  readonly isDated: boolean
}

export const PATTERNS = ['wire', 'daily paper', 'weekly', 'sleeping blog', 'breaking news', 'narrow window'] as const
export type Pattern = (typeof PATTERNS)[number]

/** Of a hundred sources. */
const SHARE: Readonly<Record<Pattern, number>> = {
  wire: 5,
  'daily paper': 15,
  weekly: 25,
  'sleeping blog': 25,
  'breaking news': 20,
  'narrow window': 10,
}
const MISSING_DATES = 0.1

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

interface Clock {
  readonly random: () => number
  /** ms east of UTC. */
  readonly zone: number
  readonly from: number
  readonly to: number
}

/** A Poisson process over local hours. @param perDay mean; @param weekend share of a weekday's rate at weekends */
const byHours = ({ random, zone, from, to }: Clock, perDay: number, weekend: number): number[] => {
  const shape = dayShape(random)
  const times: number[] = []
  for (let hour = from; hour < to; hour += HOUR) {
    const local = new Date(hour + zone)
    const isWeekend = local.getUTCDay() % 6 === 0
    const rate = (perDay / 24) * (shape[local.getUTCHours()] ?? 1) * (isWeekend ? weekend : 1)
    for (let left = poisson(random, rate); left > 0; left -= 1) times.push(hour + random() * HOUR)
  }
  return times
}

const bursts = ({ random, from, to }: Clock, every: number, perHour: number): number[] => {
  const times: number[] = []
  for (let at = from + exponential(random, every); at < to; at += exponential(random, every)) {
    const length = (1 + 3 * random()) * HOUR
    for (let time = at; time < at + length; time += exponential(random, HOUR / perHour)) times.push(time)
  }
  return times
}

const localMidnights = ({ zone, from, to }: Clock): number[] => {
  const days: number[] = []
  for (let day = Math.ceil((from + zone) / DAY) * DAY - zone; day < to; day += DAY) days.push(day)
  return days
}

const publish: Readonly<Record<Pattern, (clock: Clock) => { times: number[]; window: number }>> = {
  wire: clock => ({ times: byHours(clock, 500, 0.7), window: 100 }),
  'daily paper': clock => {
    const { random } = clock
    const dawn = (4 + 2 * random()) * HOUR
    const hasSunday = random() < 0.5
    const edition = localMidnights(clock).flatMap(day => {
      if (!hasSunday && new Date(day + clock.zone).getUTCDay() === 0) return []
      const at = day + dawn + normal(random) * 6 * MINUTE
      return Array.from({ length: 20 + Math.floor(random() * 20) }, () => at + random() * 8 * MINUTE)
    })
    return { times: [...edition, ...byHours(clock, 12, 0.4)], window: 60 }
  },
  weekly: clock => {
    const { random } = clock
    const weekday = Math.floor(random() * 7)
    const hour = (6 + 14 * random()) * HOUR
    const times = localMidnights(clock).flatMap(day => {
      if (new Date(day + clock.zone).getUTCDay() !== weekday || random() < 0.05) return []
      const at = day + hour + normal(random) * 40 * MINUTE
      return Array.from({ length: 1 + Math.floor(random() * 3) }, () => at + random() * 30 * MINUTE)
    })
    return { times, window: 20 }
  },
  'sleeping blog': clock => {
    const { random, from, to } = clock
    const times: number[] = []
    for (let at = from + exponential(random, 10 * DAY); at < to; ) {
      const asleep = at + (4 + 14 * random()) * DAY
      times.push(...byHours({ ...clock, from: at, to: Math.min(asleep, to) }, 1 + 2 * random(), 0.5))
      at = asleep + (20 + 20 * random()) * DAY
    }
    return { times, window: 15 }
  },
  'breaking news': clock => ({
    times: [...byHours(clock, 15, 0.6), ...bursts(clock, 4 * DAY, 20)],
    window: 30,
  }),
  'narrow window': clock => ({ times: byHours(clock, 50, 0.7), window: 10 }),
}

/**
 * @param days simulated
 * @returns sources in a fixed mix of the patterns
 */
export const aWorld = (seed: number, count: number, days: number): SimulatedSource[] => {
  const mix = PATTERNS.flatMap(pattern => Array<Pattern>(SHARE[pattern]).fill(pattern))
  return Array.from({ length: count }, (_, index) => {
    const random = seeded(seed * 1_000_003 + index)
    const pattern = mix[(index * 37) % mix.length] ?? 'weekly'
    const zone = Math.floor(random() * 24 - 11) * HOUR
    // A wire's past beyond its window is never seen: a few days of it do.
    const before = pattern === 'wire' || pattern === 'narrow window' ? 10 * DAY : BEFORE
    const { times, window } = publish[pattern]({ random, zone, from: START - before, to: START + days * DAY })
    const published = Float64Array.from(times.filter(at => at < START + days * DAY)).sort()
    return {
      id: `${pattern.replace(' ', '-')}-${seed}-${index}`,
      pattern,
      published,
      window,
      isDated: random() >= MISSING_DATES,
    }
  })
}
