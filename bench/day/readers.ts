/**
 * What readers of the day read. Popularity is Zipf's over labels, events by size and then single articles, and halves
 * in six hours without a new report; within an event its newest articles are read most. (pure)
 */

import { seeded } from '../../src/util/seeded-random.ts'
import { type Day, editionAt, groupBy, type Item, SPAN } from './build.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Popularity is recomputed so often. */
const STEP = 5 * MINUTE
const HALF_LIFE = 6 * HOUR
/** Share of reads by someone who read something else shortly before, and how many such readers there are. */
const RETURNING = 0.6
const AROUND = 200
/** No reads so close to the edge of a window, so that it does not matter at which second of the run a list is ranked. */
const EDGE = 10 * MINUTE
const EDGES = [HOUR, 24 * HOUR] as const

export interface Read {
  readonly item: Item
  /** ms since the epoch. */
  readonly at: number
  readonly visitor: string
  /** The edition after which it is reported. */
  readonly edition: number
}

/** Articles with one label, and how popular they are together. */
interface Label {
  /** Oldest first. */
  readonly items: readonly Item[]
  readonly weight: number
  /** How many of them are out. */
  out: number
}

const groupLabels = ({ items, events }: Day, random: () => number): Label[] => {
  const byLabel = groupBy(items, ({ label }) => label)
  const ofEvents = events.map(label => byLabel.get(label) ?? []).sort((a, b) => b.length - a.length)
  const singles = [...byLabel.values()].filter(([first]) => first && !first.isEvent)
  const shuffled = singles
    .map(each => [random(), each] as const)
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each)
  return [...ofEvents, ...shuffled].map((each, rank) => ({ items: each, weight: 1 / (rank + 1), out: 0 }))
}

/** Popularity of each label at a moment, summed up. */
const sumWeights = (labels: readonly Label[], at: number): number[] => {
  let sum = 0
  return labels.map(label => {
    while ((label.items[label.out]?.at ?? Number.POSITIVE_INFINITY) <= at) label.out += 1
    const newest = label.items[label.out - 1]
    if (newest) sum += label.weight * 2 ** (-(at - newest.at) / HALF_LIFE)
    return sum
  })
}

const isAtEdge = (at: number, end: number): boolean => EDGES.some(edge => Math.abs(end - edge - at) <= EDGE)

/** @returns `count` reads, oldest first; nobody reads an article twice */
export const makeReads = (day: Day, { seed, count }: { readonly seed: number; readonly count: number }): Read[] => {
  const random = seeded(seed + 1_000)
  const labels = groupLabels(day, random)
  const start = day.end - SPAN
  const moments = Array.from({ length: SPAN / STEP }, (_, step) => start + (step + 1) * STEP).filter(
    at => !isAtEdge(at, day.end) && !isAtEdge(at - STEP, day.end) && day.items.some(item => item.at <= at - STEP),
  )
  const visitors: { readonly name: string; readonly read: Set<string> }[] = []
  const pickVisitor = ({ id }: Item) => {
    const known = random() < RETURNING ? visitors.at(-1 - Math.floor(random() * AROUND)) : undefined
    if (known && !known.read.has(id)) return known
    const fresh = { name: `reader-${visitors.length}`, read: new Set<string>() }
    visitors.push(fresh)
    return fresh
  }
  return moments.flatMap((moment, step) => {
    const from = moment - STEP
    const sums = sumWeights(labels, from)
    const total = sums.at(-1) ?? 0
    // As even as whole numbers allow.
    const wanted = Math.round((count * (step + 1)) / moments.length) - Math.round((count * step) / moments.length)
    const times = Array.from({ length: wanted }, () => from + Math.floor(random() * STEP)).sort((a, b) => a - b)
    return times.flatMap((at): Read[] => {
      const drawn = random() * total
      const label = labels[sums.findIndex(sum => sum > drawn)]
      const item = label?.items[label.out - Math.floor((label.out + 1) ** random())]
      if (!item) return []
      const visitor = pickVisitor(item)
      visitor.read.add(item.id)
      return [{ item, at, visitor: visitor.name, edition: editionAt(at, day.end) }]
    })
  })
}
