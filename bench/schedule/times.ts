/**
 * A world of real publication times: JSON Lines of `{id, minutes}`, whole minutes after `EPOCH`, ascending. Measured
 * over four weeks from `MEASURED_FROM`; what was published before stands in the feeds at their first fetch.
 */

import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { DAY, MINUTE, type SimulatedSource, type World } from './world.ts'

const EPOCH = Date.UTC(2020, 3, 18)
const MEASURED_FROM = Date.UTC(2020, 4, 18)
/** Items a feed holds; twice as many for a source of more than `LARGE` items. */
const WINDOW = 20
const LARGE = 1_500

const Line = z.strictObject({ id: z.string(), minutes: z.array(z.int().nonnegative()) })

const RATES = ['over 30 a day', '5 to 30 a day', '1 to 5 a day', '1 a week to 1 a day', 'fewer'] as const
const LEAST = [30, 5, 1, 1 / 7]

/** Items by hour of the week, as counted in the measured time itself. */
const byHour = (times: readonly number[]): { hours: number[]; days: number[] } => {
  const hours = Array<number>(24).fill(0)
  const days = Array<number>(7).fill(0)
  for (const at of times) {
    const date = new Date(at)
    hours[date.getUTCHours()] = (hours[date.getUTCHours()] ?? 0) + 1
    days[date.getUTCDay()] = (days[date.getUTCDay()] ?? 0) + 1
  }
  return { hours, days }
}

/** Items spread evenly over the hours and days that are added to the counts, so that few items say little. */
const PRIOR = 6

/**
 * Mean over a week of the square root of the factors of hours and weekdays, each 1 on average: how much less a rule needs
 * that knows them. Hours are smoothed with their neighbours.
 */
const rootOfFactors = (times: readonly number[]): number => {
  const { hours, days } = byHour(times)
  const share = (count: number, cells: number) => ((count + PRIOR / cells) / (times.length + PRIOR)) * cells
  const smooth = (hour: number) =>
    ((hours[(hour + 23) % 24] ?? 0) + 2 * (hours[hour] ?? 0) + (hours[(hour + 1) % 24] ?? 0)) / 4
  const mean = (of: readonly number[]) => of.reduce((sum, each) => sum + Math.sqrt(each), 0) / of.length
  return mean(hours.map((_, hour) => share(smooth(hour), 24))) * mean(days.map(count => share(count, 7)))
}

/**
 * @param every keeps only one source in so many, from the `first` on
 * @param isWarm whether sources are polled from the first day on; else first when they begin to be measured, as new ones
 */
export const readTimes = (
  file: string,
  {
    days = 28,
    every = 1,
    first = 0,
    isWarm = false,
  }: { days?: number; every?: number; first?: number; isWarm?: boolean } = {},
): World => {
  const end = MEASURED_FROM + days * DAY
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  const sources = lines
    .filter((_, index) => index % every === first)
    .map((line): SimulatedSource => {
      const { id, minutes } = Line.parse(JSON.parse(line))
      const published = minutes.map(at => EPOCH + at * MINUTE).filter(at => at < end)
      const measured = published.filter(at => at >= MEASURED_FROM)
      const even = Math.sqrt(measured.length * days * DAY)
      const perDay = measured.length / days
      return {
        id,
        pattern: RATES[LEAST.findIndex(least => perDay >= least)] ?? 'fewer',
        published: Float64Array.from(published),
        window: minutes.length > LARGE ? 2 * WINDOW : WINDOW,
        isDated: true,
        roots: [even, even * rootOfFactors(measured)],
      }
    })
  return {
    ...{ name: file, sources, patterns: RATES, known: ['constant rates known', 'hours known'] },
    ...{ start: isWarm ? EPOCH : MEASURED_FROM, measuredFrom: MEASURED_FROM, days },
  }
}
