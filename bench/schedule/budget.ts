/**
 * How a budget of requests per hour is used, on real publication times: the fetch cost is found anew each minute, and due
 * sources are claimed as the token bucket of claim-due.lua allows. After five days as many sources again are added.
 */

import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { fetchCostFor } from '../../src/sources/schedule/budget.ts'
import { learn } from '../../src/sources/schedule/learn.ts'
import { DEFAULT_FETCH_COST, demandUnder, firstDue, nextDue } from '../../src/sources/schedule/next-due.ts'
import { EMPTY_MODEL, type PublishingModel } from '../../src/sources/schedule/publishing-model.ts'
import { DAY, MINUTE, type World } from './world.ts'

const ADDED_AFTER = 5 * 24 * 60
const MINUTES = 8 * 24 * 60

interface Polled {
  readonly id: string
  readonly published: Float64Array
  readonly window: number
  model: PublishingModel
  demand: number
  due: number
  done: number
}

/** As many sources as asked: those of the world, from the second time on a week later each time. */
const repeat = ({ sources }: World, count: number): Polled[] =>
  Array.from({ length: count }, (_, index): Polled => {
    const source = sources[index % sources.length]
    const shift = Math.floor(index / sources.length) * 7 * DAY
    return {
      ...{ id: `${source?.id}-${index}`, window: source?.window ?? 0, demand: 0, due: 0, done: 0, model: EMPTY_MODEL },
      published: (source?.published ?? new Float64Array()).map(at => at + shift),
    }
  })

const poll = (source: Polled, now: number, cost: number, settings: CrawlSettings): void => {
  let to = source.done
  while ((source.published[to] ?? Number.POSITIVE_INFINITY) <= now) to += 1
  const published = [...source.published.subarray(Math.max(source.done, to - source.window), to)]
  source.model = learn(source.model, { now, published, carried: Math.min(to, source.window) })
  source.done = to
  source.demand = demandUnder(source.model, now, undefined)
  source.due = nextDue(source.id, now, source.model, { fixed: undefined, asked: null }, settings, cost).at
}

/** @returns requests as a share of the budget, for each hour */
const useBudget = (world: World, count: number, budget: number): number[] => {
  const settings = CrawlSettings.parse({ budget })
  const all = repeat(world, 2 * count)
  const hours: number[] = []
  let [left, used, cost] = [1, 0, DEFAULT_FETCH_COST]
  let added: Polled[] = []
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const now = world.measuredFrom + minute * MINUTE
    if (minute === 0 || minute === ADDED_AFTER) {
      const fresh = all.slice(added.length, added.length + count)
      for (const source of fresh) source.due = firstDue(source.id, now, count).at
      added = [...added, ...fresh]
    }
    const known = added.flatMap(({ demand }) => (demand > 0 ? demand : []))
    if (known.length > 0) cost = fetchCostFor(known, (budget * known.length) / added.length, settings)
    // One more than the bucket holds: the scheduler looks every few seconds, and wastes no part of a request.
    left = Math.min(left + budget / 60, budget / 60 + 1)
    const due = added.filter(source => source.due <= now).sort((a, b) => a.due - b.due)
    const claimed = due.slice(0, Math.floor(left))
    left -= claimed.length
    used += claimed.length
    for (const source of claimed) poll(source, now, cost, settings)
    if (minute % 60 === 59) {
      hours.push(used / budget)
      used = 0
    }
  }
  return hours
}

/** @returns lines to print */
export const measureBudget = (world: World, count: number, budget: number): string[] => {
  const hours = useBudget(world, count, budget)
  const added = ADDED_AFTER / 60
  const settled = hours.slice(24)
  const mean = settled.reduce((sum, each) => sum + each, 0) / settled.length
  const percent = (share: number) => `${Math.round(share * 100)} %`
  return [
    `${count} sources, as many again after five days, ${budget} requests an hour: ${percent(mean)} used after the first day`,
    `hours within 5 % of the budget: ${percent(settled.filter(share => Math.abs(share - 1) <= 0.05).length / settled.length)}; least ${percent(Math.min(...settled))}, most ${percent(Math.max(...settled))}`,
    `the six hours from the addition on: ${hours
      .slice(added, added + 6)
      .map(percent)
      .join(', ')}`,
  ]
}
