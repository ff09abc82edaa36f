/** Runs a policy over a world: every fetch of every source, and what became of each item published. */

import { firstDue } from '../../src/sources/schedule/next-due.ts'
import type { Policy } from './policies.ts'
import { DAY, type SimulatedSource, type World } from './world.ts'

export interface SourceOutcome {
  readonly source: SimulatedSource
  /** ms from publication to fetch of each item published while it is measured, in the order of publication. */
  readonly delays: readonly number[]
  /** Of these, how many were published in the first week. */
  readonly early: number
  readonly requests: number
  readonly lost: number
}

export interface Outcome {
  readonly policy: string
  readonly sources: readonly SourceOutcome[]
}

/** @param progress hears how many sources are done */
export const simulate = (
  { sources, start, measuredFrom, days }: World,
  policy: Policy,
  progress: (done: number) => void = () => undefined,
): Outcome => ({
  policy: policy.name,
  sources: sources.map((source, index) => {
    if (index % 100 === 99) progress(index + 1)
    return run(source, policy, { start, from: measuredFrom, end: measuredFrom + days * DAY, together: sources.length })
  }),
})

interface Span {
  readonly start: number
  /** Measured from here. */
  readonly from: number
  readonly end: number
  /** Sources that start together. */
  readonly together: number
}

const run = (source: SimulatedSource, policy: Policy, { start, from, end, together }: Span): SourceOutcome => {
  const { id, published, window, isDated } = source
  const next = policy.start(id)
  /** Of items without dates: when each was first seen. */
  const seenAt = isDated ? published : Float64Array.from(published)
  const delays: number[] = []
  let [early, requests, lost, done] = [0, 0, 0, 0]
  const note = (at: number, delay: number): void => {
    delays.push(delay)
    if (at < from + 7 * DAY) early += 1
  }
  for (
    let now = firstDue(id, start, { together, all: together, budget: 0 }).at, isFirst = true;
    now < end;
    isFirst = false
  ) {
    if (now >= from) requests += 1
    let to = done
    while (to < published.length && (published[to] ?? end) <= now) to += 1
    const kept = Math.max(done, to - window)
    for (let item = done; item < to; item += 1) {
      const at = published[item] ?? now
      if (!isDated) seenAt[item] = now
      if (at < from) continue
      // What filled up before the first fetch is nobody's loss.
      if (item >= kept) note(at, now - at)
      else if (!isFirst) lost += 1
    }
    const fresh = isDated ? Array.from(published.subarray(kept, to)) : Array<null>(to - kept).fill(null)
    const carried = seenAt.subarray(Math.max(0, to - window), to)
    done = to
    now = Math.max(next({ now, fresh, carried }), now + 1_000)
  }
  // What nobody fetched by the end has waited until then.
  for (let item = done; item < published.length; item += 1) {
    const at = published[item] ?? end
    if (at >= from && at < end) note(at, end - at)
  }
  return { source, delays, early, requests, lost }
}
