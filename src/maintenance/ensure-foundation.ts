/**
 * Writes the foundation: the data in Redis that follows from the configuration and that no job would restore, namely
 * the schedule, the sections, the versions of schema and data, and the subscriptions. The scheduler writes it at
 * startup, when the catalogue has changed, and when part of it is missing, so that newsdesk works within seconds on a
 * Redis that came back empty. Processes without the role scheduler only check.
 */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Source } from '../domain/source.ts'
import type { Keys } from '../redis/keys.ts'
import type { Store } from '../redis/store.ts'
import type { DataSet } from './migrations/data-set.ts'

/** @returns the number of enabled sources (pure) */
export const countPolled = (sources: readonly Pick<Source, 'enabled'>[]): number =>
  sources.filter(({ enabled }) => enabled).length

/**
 * Describes what is missing of the foundation, for people.
 * @param polled number of enabled sources
 */
export const readMissing = async (redis: Redis, keys: Keys, polled: number): Promise<string[]> => {
  const [[schema, origin], sections, due] = await Promise.all([
    redis.mget(keys.schema(), keys.dataSet()),
    redis.exists(keys.sections()),
    redis.zcard(keys.due()),
  ])
  return [
    ...(due < polled ? [`${polled - due} of ${polled} sources are not scheduled`] : []),
    ...(sections === 0 ? ['the sections are gone'] : []),
    ...(schema === null || origin === null ? ['the version of the data is gone'] : []),
  ]
}

/** Formats what is missing as a sentence; null if nothing is. (pure) */
export const missingLine = (missing: readonly string[]): string | null =>
  missing.length === 0
    ? null
    : `Redis lacks what newsdesk needs (${missing.join(', ')}): the scheduler lays it down again within seconds; if not, its log says why`

export interface FoundationParts extends Store {
  readonly dataSet: Pick<DataSet, 'look'>
  readonly catalogue: { list(): readonly Source[]; refresh(): Promise<unknown> }
  /** Whether this process writes the foundation; the others only check it. */
  readonly isScheduler: boolean
  /**
   * Brings schedule, subscriptions and sections in line with the configuration. @param said why, for the log
   */
  readonly takeUp: (said: string) => Promise<void>
  /** Called when Redis came back empty or with other data: writes again what a process writes only once. */
  readonly onNewDataSet: () => Promise<void>
  readonly log: Logger
}

export interface Foundation {
  /** Writes the foundation for the current configuration. If it fails, the next `look` tries again. */
  take(said: string): Promise<void>
  /** Called each second: writes the foundation again if the catalogue changed or something is missing. */
  look(): Promise<void>
  /** Describes what has gone missing since the foundation was complete, for the readiness probe. */
  missing(): Promise<readonly string[]>
}

export const createFoundation = (parts: FoundationParts): Foundation => {
  const { redis, keys, dataSet, catalogue, isScheduler, takeUp, onNewDataSet, log } = parts
  /** The catalogue for which it was last written. The catalogue is another array after each change. */
  let taken: readonly Source[] | null = null
  /**
   * Whether this process ever saw it complete. Before that, as before the first scheduler starts, nothing is missing.
   */
  let wasWhole = false
  let isNew = false
  /** Whether the log has what is missing. */
  let saidMissing = false
  let turn: Promise<void> = Promise.resolve()

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work, work)
    turn = mine
    // The caller gets the error.
    mine.catch(() => undefined)
    return mine
  }

  const takeNow = async (said: string): Promise<void> => {
    taken = null
    const list = catalogue.list()
    await takeUp(said)
    // Set last: after a failure, or a change in the meantime, the next look writes again.
    taken = list
    wasWhole = true
  }

  const lookNow = async (): Promise<void> => {
    if (await dataSet.look()) isNew = true
    await catalogue.refresh()
    if (isNew) {
      log.warn(
        { event: 'redis.emptied' },
        'Redis came back empty, or with other data: what the configuration says is laid down in it anew',
      )
      await onNewDataSet()
      if (isScheduler) await takeNow('Redis came back empty')
      isNew = false
    }
    if (isScheduler && taken !== catalogue.list()) return takeNow('the catalogue was changed')
    const missing = await readMissing(redis, keys, countPolled(catalogue.list()))
    if (missing.length === 0) wasWhole = true
    if (missing.length === 0 || isScheduler) saidMissing = false
    else if (wasWhole && !saidMissing) {
      saidMissing = true
      log.warn(
        { event: 'redis.incomplete', missing },
        'something is gone from Redis: it waits for a process with the role scheduler, which lays it down again',
      )
    }
    if (missing.length > 0 && isScheduler) {
      log.warn({ event: 'redis.incomplete', missing }, 'something is gone from Redis: it is laid down again')
      await takeNow('something was gone from Redis')
    }
  }

  return {
    take: said => inTurn(() => takeNow(said)),
    look: () => inTurn(lookNow),
    async missing() {
      if (!wasWhole) return []
      const polled = countPolled(taken ?? catalogue.list())
      const missing = await readMissing(redis, keys, polled)
      // Unscheduled sources make a process unready only if none is scheduled: one may have been added a moment ago.
      return polled > 0 && (await redis.zcard(keys.due())) === 0
        ? missing
        : missing.filter(each => !/scheduled$/.test(each))
    },
  }
}
