/** The schedule of faults that a seed stands for: the same seed, the same faults at the same times. (pure) */

import { seeded } from '../../src/util/seeded-random.ts'
import { KINDS, type Kind, STEPS } from './kinds.ts'

export interface Planned {
  readonly kind: string
  /** What it strikes: `redis`, `network 0`, `daemon 1`, `publisher 7`. */
  readonly target: string
  /** ms since the start of the schedule. */
  readonly at: number
  readonly lasts: number
  /** What the kind makes of it: how far a clock steps, how slow a network is; 0 to 1. */
  readonly degree: number
}

export interface PlanWanted {
  readonly seed: number
  readonly faults: number
  readonly daemons: number
  readonly publishers: number
  /** ms between two faults on average. */
  readonly every: number
  /** Kinds to draw from; all unless given. */
  readonly kinds?: readonly Kind[]
}

const SHORTEST_GAP = 100

const drawKind = (random: () => number, kinds: readonly Kind[]): Kind => {
  let left = random() * kinds.reduce((sum, { weight }) => sum + weight, 0)
  for (const kind of kinds) {
    left -= kind.weight
    if (left < 0) return kind
  }
  return kinds.at(-1) as Kind // there is one at least
}

/** Mostly near the shortest: long faults cost time and are worth one in a few. */
const drawSpan = (random: () => number, [shortest, longest]: Kind['lasts']): number =>
  Math.round(shortest + (longest - shortest) * random() ** 4)

export const planOf = ({ seed, faults, daemons, publishers, every, kinds = KINDS }: PlanWanted): Planned[] => {
  const random = seeded(seed)
  const busyUntil = new Map<string, number>()
  const planned: Planned[] = []
  let at = 0
  while (planned.length < faults) {
    at += SHORTEST_GAP - Math.log(1 - random()) * (every - SHORTEST_GAP)
    const kind = drawKind(random, kinds)
    const count = { redis: 1, network: daemons, daemon: daemons, publisher: publishers }[kind.strikes]
    const place = Math.floor(random() * count)
    const target = kind.strikes === 'redis' ? 'redis' : `${kind.strikes} ${place}`
    const [lasts, degree] = [drawSpan(random, kind.lasts), random()]
    if ((busyUntil.get(target) ?? 0) > at) continue
    busyUntil.set(target, at + lasts)
    planned.push({ kind: kind.name, target, at: Math.round(at), lasts, degree })
  }
  return planned
}

/** By how much a clock is off under a fault of this degree, ms. */
export const stepOf = (degree: number): number => STEPS[Math.floor(degree * STEPS.length)] ?? 0
