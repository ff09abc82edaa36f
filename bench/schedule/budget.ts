/**
 * How a budget of requests per hour is used and shared, on real publication times: the fetch cost is found anew each
 * minute, and due sources are claimed as the token bucket of claim-due.lua allows.
 */

import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { type Demand, fetchCostFor } from '../../src/sources/schedule/budget.ts'
import { learn } from '../../src/sources/schedule/learn.ts'
import { DEFAULT_FETCH_COST, demandUnder, firstDue, nextDue } from '../../src/sources/schedule/next-due.ts'
import { EMPTY_MODEL, type PublishingModel } from '../../src/sources/schedule/publishing-model.ts'
import { leastMean } from './report.ts'
import { DAY, HOUR, MINUTE, type World } from './world.ts'

/** How often the scheduler looks. */
const STEP = 15_000
/** Before this, sources are new and nothing is measured. */
const SETTLED = DAY

interface Polled {
  readonly id: string
  readonly published: Float64Array
  readonly window: number
  /** Interval that its publisher asks for. */
  readonly asked: number | null
  model: PublishingModel
  demand: Demand | null
  due: number
  /** How many were published before its latest poll. */
  done: number
}

interface Trial {
  readonly budget: number
  /** Sources at the start, and added `addedAt` ms later. */
  readonly count: number
  readonly added: number
  readonly addedAt: number
  readonly days: number
  /** Every so many sources, one whose publisher asks for an hour between fetches; 0 for none. */
  readonly oneInAsks: number
}

/** What happened in one hour. */
interface Hour {
  readonly requests: number
  /** ms that the fetches of the hour waited for their turn, on average. */
  readonly waited: number
}

/** As many sources as asked: those of the world, from the second time on a week later each time. */
const repeat = ({ sources }: World, count: number, oneInAsks: number): Polled[] =>
  Array.from({ length: count }, (_, index): Polled => {
    const source = sources[index % sources.length]
    const shift = Math.floor(index / sources.length) * 7 * DAY
    return {
      ...{
        id: `${source?.id}-${index}`,
        window: source?.window ?? 0,
        demand: null,
        due: 0,
        done: 0,
        model: EMPTY_MODEL,
      },
      asked: oneInAsks > 0 && index % oneInAsks === 0 ? HOUR : null,
      published: (source?.published ?? new Float64Array()).map(at => at + shift),
    }
  })

const poll = (source: Polled, now: number, cost: number, settings: CrawlSettings): void => {
  const { published: times, done, window } = source
  let to = done
  while ((times[to] ?? Number.POSITIVE_INFINITY) <= now) to += 1
  const published = [...times.subarray(Math.max(done, to - window), to)]
  const wishes = { fixed: undefined, asked: source.asked }
  source.model = learn(source.model, { now, published, carried: Math.min(to, window) })
  source.done = to
  source.demand = demandUnder(source.model, now, wishes)
  source.due = nextDue(source.id, now, source.model, wishes, settings, cost).at
}

/** Delays of what a set of sources published within a span, and the least that constant intervals allow. */
interface Shared {
  readonly mean: number
  readonly least: number
}

const simulateBudget = (
  world: World,
  trial: Trial,
): { hours: Hour[]; share: (from: number, to: number, sources: number) => Shared } => {
  const { budget, count, added, addedAt, days, oneInAsks } = trial
  const settings = CrawlSettings.parse({ budget })
  const all = repeat(world, count + added, oneInAsks)
  const start = world.measuredFrom
  const polls: { readonly source: Polled; readonly at: number; readonly from: number }[] = []
  const hours: Hour[] = []
  let present: Polled[] = []
  let [left, requests, waited, cost] = [1, 0, 0, DEFAULT_FETCH_COST]
  const join = (fresh: readonly Polled[], now: number): void => {
    present = [...present, ...fresh]
    const share = { together: fresh.length, all: present.length, budget }
    for (const source of fresh) source.due = firstDue(source.id, now, share).at
  }
  for (let passed = 0; passed < days * DAY; passed += STEP) {
    const now = start + passed
    if (passed === 0) join(all.slice(0, count), now)
    if (passed === addedAt) join(all.slice(count), now)
    if (passed % MINUTE === 0) {
      const known = present.flatMap(({ demand }) => demand ?? [])
      if (known.length > 0) cost = fetchCostFor(known, (budget * known.length) / present.length, settings)
    }
    left = Math.min(left + (budget * STEP) / HOUR, Math.max(budget / 60, 1))
    const due = present.filter(source => source.due <= now).sort((a, b) => a.due - b.due)
    const claimed = due.slice(0, Math.floor(left))
    left -= claimed.length
    requests += claimed.length
    for (const source of claimed) {
      waited += now - source.due
      polls.push({ source, at: now, from: source.done })
      poll(source, now, cost, settings)
    }
    if ((passed + STEP) % HOUR === 0) {
      hours.push({ requests, waited: waited / Math.max(requests, 1) })
      requests = 0
      waited = 0
    }
  }
  const share = (from: number, to: number, sources: number): Shared => {
    const old = new Set(all.slice(0, sources))
    const within = (at: number) => at >= start + from && at < start + to
    let [delays, items, made, roots] = [0, 0, 0, 0]
    for (const { source, at, from: first } of polls) {
      if (!old.has(source)) continue
      if (within(at)) made += 1
      for (let item = first; (source.published[item] ?? at) < at; item += 1) {
        const time = source.published[item] ?? at
        if (!within(time)) continue
        delays += at - time
        items += 1
      }
    }
    for (const { published } of old) roots += Math.sqrt(published.filter(within).length * (to - from))
    return { mean: delays / items, least: leastMean(roots, made, items) }
  }
  return { hours, share }
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const minutes = (ms: number): string => (ms / MINUTE).toFixed(1)

/** @param hours measured */
const describeUse = (hours: readonly Hour[], budget: number): string => {
  const shares = hours.map(({ requests }) => requests / budget)
  const near = shares.filter(share => Math.abs(share - 1) <= 0.05).length / shares.length
  const mean = shares.reduce((sum, each) => sum + each, 0) / shares.length
  return `${percent(near)} of the hours within 5 %, ${percent(mean)} used, least ${percent(Math.min(...shares))}, most ${percent(Math.max(...shares))}`
}

/** Hours before and after sources are added for which the wait is shown. */
const SHOWN = { before: 3, after: 9 }

/** @returns lines to print */
export const measureBudget = (world: World, count: number, budget: number, days: number): string[] => {
  const none = { added: 0, addedAt: Number.POSITIVE_INFINITY, oneInAsks: 0 }
  const lines: string[] = []
  const settledFrom = SETTLED / HOUR
  for (const [name, trial] of [
    [`${budget} an hour`, { ...none, budget, count, days }],
    [`${Math.round(budget / 2)} an hour`, { ...none, budget: Math.round(budget / 2), count, days }],
    [`${budget} an hour, half of the publishers ask for 60 min`, { ...none, budget, count, days, oneInAsks: 2 }],
  ] as const) {
    const { hours, share } = simulateBudget(world, trial)
    const { mean, least } = share(SETTLED, days * DAY, count)
    lines.push(
      `${count} sources, ${name}: ${describeUse(hours.slice(settledFrom), trial.budget)}; mean delay ${minutes(mean)} min, ${(mean / least).toFixed(2)} of the constant-rate optimum at as many requests`,
    )
  }
  const addedAt = 5 * DAY
  const grown = simulateBudget(world, { ...none, budget, count, added: count, addedAt, days: 8 })
  const full = simulateBudget(world, { ...none, budget, count: 2 * count, days: 8 })
  const at = addedAt / HOUR
  const around = ({ hours }: { hours: readonly Hour[] }) =>
    hours
      .slice(at - SHOWN.before, at + SHOWN.after)
      .map(({ waited }) => minutes(waited))
      .join(', ')
  /** Delay of the sources that were there, as a share of theirs where all were there from the start. */
  const beside = (from: number, to: number): string =>
    (
      grown.share(addedAt + from, addedAt + to, count).mean / full.share(addedAt + from, addedAt + to, count).mean
    ).toFixed(2)
  lines.push(
    `${count} more after five days: ${describeUse(grown.hours.slice(at), budget)}`,
    `  minutes that fetches waited for their turn, by the hour, from ${SHOWN.before} hours before: ${around(grown)}`,
    `  the same hours where all ${2 * count} were there from the start: ${around(full)}`,
    `  delay of the sources that were there, beside the same where all were: ${beside(0, HOUR)} in the first hour, ${beside(HOUR, 3 * HOUR)} in the next two, ${beside(3 * HOUR, 12 * HOUR)} until the twelfth, ${beside(12 * HOUR, 3 * DAY)} after it`,
  )
  return lines
}
