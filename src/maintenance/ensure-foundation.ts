/**
 * What must stand in Redis because the configuration says so, and nothing else would bring back: the schedule, the sections, the versions of
 * shapes and data, subscriptions. It is laid down at start, and again whenever the catalogue is another than the one it was laid down for,
 * whoever changed it, or something of it is gone: a Redis that came back empty is worked on within a second or two.
 */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Source } from '../domain/source.ts'
import type { Keys } from '../redis/keys.ts'
import type { Origin } from './migrations/origin.ts'

/** @returns how many of them are to be polled (pure) */
export const countPolled = (sources: readonly Pick<Source, 'enabled'>[]): number =>
  sources.filter(({ enabled }) => enabled).length

/**
 * What is missing of it, for people.
 * @param polled sources that are to be polled
 */
export const readMissing = async (redis: Redis, keys: Keys, polled: number): Promise<string[]> => {
  const [[schema, origin], sections, due] = await Promise.all([
    redis.mget(keys.schema(), keys.origin()),
    redis.exists(keys.sections()),
    redis.zcard(keys.due()),
  ])
  return [
    ...(due < polled ? [`${polled - due} of ${polled} sources are not scheduled`] : []),
    ...(sections === 0 ? ['the sections are gone'] : []),
    ...(schema === null || origin === null ? ['the version of the data is gone'] : []),
  ]
}

/** A sentence of what is missing; null where nothing is. (pure) */
export const missingLine = (missing: readonly string[]): string | null =>
  missing.length === 0
    ? null
    : `Redis lacks what newsdesk needs (${missing.join(', ')}): the scheduler lays it down again within seconds; if not, its log says why`

export interface FoundationParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly origin: Pick<Origin, 'look'>
  readonly catalogue: { list(): readonly Source[]; refresh(): Promise<unknown> }
  /** Whether this process lays it down; the others only look. */
  readonly isScheduler: boolean
  /** Makes what is scheduled, subscribed and published of the configuration fit it. @param said for the log, with more fields */
  readonly takeUp: (said: string, more?: object) => Promise<void>
  /** The data is not what it was: whatever else a process writes once. */
  readonly onNewOrigin: () => Promise<void>
  readonly log: Logger
}

export interface Foundation {
  /** Lays it down for the configuration in force; what fails is tried again with the next look. */
  take(said: string, more?: object): Promise<void>
  /** Each second: takes up what changed or is gone. */
  look(): Promise<void>
  /** What is gone that stood there; for whoever asks whether this process can work. */
  missing(): Promise<readonly string[]>
}

export const createFoundation = (parts: FoundationParts): Foundation => {
  const { redis, keys, origin, catalogue, isScheduler, takeUp, onNewOrigin, log } = parts
  /** The catalogue it was laid down for: the very array, which is another whenever anything changed. */
  let taken: readonly Source[] | null = null
  /** Whether it was ever seen whole here: one that waits for the first scheduler misses nothing. */
  let wasWhole = false
  let isNew = false
  let turn: Promise<void> = Promise.resolve()

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work, work)
    turn = mine
    // Whoever asked for it meets its failure.
    mine.catch(() => undefined)
    return mine
  }

  const takeNow = async (said: string, more: object = {}): Promise<void> => {
    taken = null
    const list = catalogue.list()
    await takeUp(said, more)
    // Last: a change that came meanwhile, or a failure, is taken up with the next look.
    taken = list
    wasWhole = true
  }

  const lookNow = async (): Promise<void> => {
    if (await origin.look()) isNew = true
    await catalogue.refresh()
    if (isNew) {
      log.warn('Redis came back empty, or with other data: what the configuration says is laid down in it anew')
      await onNewOrigin()
      if (isScheduler) await takeNow('laid down anew')
      isNew = false
    }
    if (isScheduler && taken !== catalogue.list()) return takeNow('the catalogue was changed')
    const missing = await readMissing(redis, keys, countPolled(catalogue.list()))
    if (missing.length === 0) wasWhole = true
    else if (isScheduler) {
      log.warn({ missing }, 'something is gone from Redis: it is laid down again')
      await takeNow('laid down again')
    }
  }

  return {
    take: (said, more) => inTurn(() => takeNow(said, more)),
    look: () => inTurn(lookNow),
    async missing() {
      if (!wasWhole) return []
      const polled = countPolled(taken ?? catalogue.list())
      const missing = await readMissing(redis, keys, polled)
      // One that was added a moment ago is no reason to be taken for dead: only where none is scheduled.
      return polled > 0 && (await redis.zcard(keys.due())) === 0
        ? missing
        : missing.filter(each => !/scheduled$/.test(each))
    },
  }
}
