/**
 * Finds sources whose due time no correct clock would have set, because they were scheduled while the clock of Redis
 * was ahead, and makes them due. When a due time was set matters too: due in an hour is normal, unless that was set at
 * a time in the future.
 */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import { MAX_RETRY_AFTER } from '../../http-client/headers.ts'
import { runScript, type Script } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'
import { toPairs } from '../../util/pairs.ts'
import { isPlausible } from '../../util/plausible-time.ts'

export interface StoredTurn {
  /** ms since the epoch: its score in the due set. */
  readonly due: number
  /** The due time in its hash; null if it has none. */
  readonly nextAt: number | null
  /** When that was set; 0 if unknown. */
  readonly setAt: number
  readonly isRetired: boolean
  /** Fixed interval, ms, if the operator configured one. */
  readonly interval: number | undefined
}

/**
 * The longest wait that anything can cause, ms: a failure, what the publisher asks for, hours not to fetch in, the
 * operator.
 */
const computeHorizon = (
  interval: number | undefined,
  settings: Pick<CrawlSettings, 'maxInterval' | 'maxBackoff'>,
): number => Math.max(settings.maxBackoff, 2 * settings.maxInterval, MAX_RETRY_AFTER * 1.1, interval ?? 0) * 1.1

/** @param lease the longest time by which a claim moves a source, ms */
export const isImpossible = (
  { due, nextAt, setAt, isRetired, interval }: StoredTurn,
  now: number,
  lease: number,
  settings: Pick<CrawlSettings, 'maxInterval' | 'maxBackoff'>,
): boolean => {
  if (isRetired) return false
  if (!isPlausible(due, now, computeHorizon(interval, settings))) return true
  if (isPlausible(due, now, lease)) return false
  // A due time beyond any claim must be in the hash as well, and must have been set at a time in the past.
  return !isPlausible(setAt, now) || nextAt === null || due > nextAt
}

/** Sources checked in one call. */
const PAGE = 500

export interface ImpossibleParts extends Store {
  readonly findInterval: (id: string) => number | undefined
  readonly settings: () => CrawlSettings
  /** See `isImpossible`. */
  readonly lease: number
  /** Moves sources whose due time has not changed since it was read. */
  readonly hold: Script
}

/**
 * Checks a page of the sources due in the future.
 * @returns how many there were, and how many were made due
 */
const lookAt = async (
  { redis, keys, findInterval, settings, lease, hold }: ImpossibleParts,
  now: number,
  from: number,
): Promise<{ seen: number; made: number }> => {
  const flat = await redis.zrangebyscore(keys.due(), `(${now}`, '+inf', 'WITHSCORES', 'LIMIT', from, PAGE)
  const ahead = toPairs(flat).map(([id, due]) => ({ id, due: Number(due) }))
  const hashes = await Promise.all(
    ahead.map(({ id }) => redis.hmget(keys.source(id), 'nextAt', 'lastFetchAt', 'setAt', 'retiredAt')),
  )
  const impossible = ahead.filter(({ id, due }, index) => {
    const [nextAt, lastFetchAt, setAt, retiredAt] = hashes[index] ?? []
    const turn = {
      ...{ due, isRetired: Boolean(retiredAt), interval: findInterval(id) },
      nextAt: nextAt ? Number(nextAt) : null,
      setAt: Math.max(Number(lastFetchAt ?? 0), Number(setAt ?? 0)),
    }
    return isImpossible(turn, now, lease, settings())
  })
  if (impossible.length > 0) {
    await runScript(redis, hold, [keys.due()], [now, ...impossible.flatMap(({ id, due }) => [id, due])])
    await Promise.all(
      impossible.map(({ id }) =>
        redis.hset(keys.source(id), { nextAt: now, nextReason: 'the clock of Redis was ahead: due again', setAt: now }),
      ),
    )
  }
  return { seen: ahead.length, made: impossible.length }
}

/**
 * @returns a function that makes such sources due and returns their number. It checks all sources after the clock was
 *          set back and at the first call, else one page a minute, since other processes may have seen the clock ahead
 */
export const createImpossible = (parts: ImpossibleParts) => {
  let from = 0
  let lookedAt: number | null = null
  return async (now: number, isSetBack: boolean): Promise<number> => {
    const isAll = isSetBack || lookedAt === null
    if (!isAll && lookedAt !== null && now - lookedAt < 60_000) return 0
    lookedAt = now
    if (isAll) from = 0
    let made = 0
    for (;;) {
      const page = await lookAt(parts, now, from)
      made += page.made
      // Sources made due are not in the range any more, so the next page starts that much earlier.
      from = page.seen < PAGE ? 0 : from + PAGE - page.made
      if (!isAll || from === 0) return made
    }
  }
}
