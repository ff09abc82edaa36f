/**
 * Samples of a day, one per minute, for the plots of the admin UI: packed to about a hundred bytes each, in one Redis
 * list.
 */

import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../../redis/keys.ts'

export const MAX_SAMPLES = 1_440

const QUEUES = ['crawl', 'articles', 'publish', 'push', 'pages'] as const
const STATES = ['failing', 'late', 'refused', 'retired', 'stalled', 'new', 'fresh', 'paused'] as const

export interface MetricsSample {
  /** ms since the epoch. */
  readonly at: number
  /** Articles ingested in the minute before. */
  readonly articles: number
  /** Total of reported events: the difference of two samples is the number between them. */
  readonly events: number
  /** Age of the oldest uncounted event, s. */
  readonly lag: number
  /** Age of the oldest job that is ready to run, s. */
  readonly oldest: number
  /** Seconds since the check of the least recently checked list. */
  readonly listAge: number
  /** Bytes Redis uses. */
  readonly memory: number
  /** Jobs that are ready to run, by queue. */
  readonly queues: Readonly<Record<string, number>>
  /** Sources by state. */
  readonly states: Readonly<Record<string, number>>
}

/** Whole numbers in this order, as JSON: times and counts first, then queues, then states. */
export const packSample = ({
  at,
  articles,
  events,
  lag,
  oldest,
  listAge,
  memory,
  queues,
  states,
}: MetricsSample): string =>
  JSON.stringify(
    [
      ...[at, articles, events, lag, oldest, listAge, memory],
      ...QUEUES.map(name => queues[name] ?? 0),
      ...STATES.map(name => states[name] ?? 0),
    ].map(Math.round),
  )

const Packed = z.array(z.number()).length(7 + QUEUES.length + STATES.length)

const byName = (names: readonly string[], values: readonly number[]): Record<string, number> =>
  Object.fromEntries(names.map((name, place) => [name, values[place] ?? 0]))

/** @returns null for anything else: another version may have written it */
export const unpackSample = (packed: string): MetricsSample | null => {
  let json: unknown
  try {
    json = JSON.parse(packed)
  } catch {
    return null
  }
  const parsed = Packed.safeParse(json)
  if (!parsed.success) return null
  const [at = 0, articles = 0, events = 0, lag = 0, oldest = 0, listAge = 0, memory = 0, ...rest] = parsed.data
  return {
    ...{ at, articles, events, lag, oldest, listAge, memory },
    queues: byName(QUEUES, rest),
    states: byName(STATES, rest.slice(QUEUES.length)),
  }
}

export interface Samples {
  keep(sample: MetricsSample): Promise<void>
  /** Of the last day, oldest first. */
  read(): Promise<readonly MetricsSample[]>
}

export const createSamples = ({ redis, keys }: { readonly redis: Redis; readonly keys: Keys }): Samples => ({
  async keep(sample) {
    await redis
      .multi()
      .lpush(keys.samples(), packSample(sample))
      .ltrim(keys.samples(), 0, MAX_SAMPLES - 1)
      .exec()
  },
  async read() {
    return (await redis.lrange(keys.samples(), 0, -1)).flatMap(packed => unpackSample(packed) ?? []).reverse()
  },
})
