/** Runs a policy over a world: every fetch of every source, and what became of each item published. */

import { firstDue } from '../../src/sources/schedule/next-due.ts'
import type { Policy } from './policies.ts'
import { DAY, PATTERNS, type Pattern, type SimulatedSource, START } from './world.ts'

export interface Tally {
  readonly delays: number[]
  requests: number
  lost: number
}

export interface Outcome {
  readonly policy: string
  readonly byPattern: Readonly<Record<Pattern, Tally>>
  /** Delays of items published after the first week. */
  readonly late: number[]
  /** Mean delay of each source that published. */
  readonly means: number[]
  readonly requests: number
  readonly lost: number
  /** Square roots of the rates of all sources, summed over the simulated time. */
  readonly roots: number
  /** Sources simulated of each pattern. */
  readonly sources: Readonly<Partial<Record<Pattern, number>>>
}

/** @param progress hears how many sources are done */
export const simulate = (
  world: readonly SimulatedSource[],
  policy: Policy,
  days: number,
  progress: (done: number) => void = () => undefined,
): Outcome => {
  const tallies = PATTERNS.map((pattern): [Pattern, Tally] => [pattern, { delays: [], requests: 0, lost: 0 }])
  const byPattern = Object.fromEntries(tallies) as Record<Pattern, Tally> // one entry a pattern
  const late: number[] = []
  const means: number[] = []
  const sources: Partial<Record<Pattern, number>> = {}
  for (const [index, source] of world.entries()) {
    const tally = byPattern[source.pattern]
    const before = tally.delays.length
    run(source, policy, days, world.length, tally, late)
    const own = tally.delays.slice(before)
    if (own.length > 0) means.push(own.reduce((sum, each) => sum + each, 0) / own.length)
    sources[source.pattern] = (sources[source.pattern] ?? 0) + 1
    if (index % 100 === 99) progress(index + 1)
  }
  const all = tallies.map(([, tally]) => tally)
  return {
    policy: policy.name,
    byPattern,
    late,
    means,
    requests: all.reduce((sum, { requests }) => sum + requests, 0),
    lost: all.reduce((sum, { lost }) => sum + lost, 0),
    roots: world.reduce((sum, { roots }) => sum + roots, 0),
    sources,
  }
}

const run = (
  { id, published, window, isDated }: SimulatedSource,
  policy: Policy,
  days: number,
  together: number,
  tally: Tally,
  late: number[],
): void => {
  const end = START + days * DAY
  const next = policy.start(id)
  /** Of items without dates: when each was first seen. */
  const seenAt = isDated ? published : Float64Array.from(published)
  let done = 0
  let isFirst = true
  for (let now = firstDue(id, START, together).at; now < end; ) {
    tally.requests += 1
    let to = done
    while (to < published.length && (published[to] ?? end) <= now) to += 1
    const from = Math.max(done, to - window)
    for (let item = done; item < to; item += 1) {
      const at = published[item] ?? now
      if (!isDated) seenAt[item] = now
      if (at < START) continue
      if (item < from) {
        // What filled up before the first fetch is nobody's loss.
        if (!isFirst) tally.lost += 1
      } else {
        tally.delays.push(now - at)
        if (at >= START + 7 * DAY) late.push(now - at)
      }
    }
    const fresh = isDated ? Array.from(published.subarray(from, to)) : Array<null>(to - from).fill(null)
    const carried = seenAt.subarray(Math.max(0, to - window), to)
    done = to
    isFirst = false
    now = Math.max(next({ now, fresh, carried }), now + 1_000)
  }
  // What nobody fetched by the end has waited until then.
  for (let item = done; item < published.length; item += 1) {
    const waited = end - (published[item] ?? end)
    tally.delays.push(waited)
    if ((published[item] ?? 0) >= START + 7 * DAY) late.push(waited)
  }
}
