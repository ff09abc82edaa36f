/**
 * Sources whose turn lies where no right clock would have put it: they were scheduled while the clock of Redis was ahead. They are due.
 * A turn is also judged by when it was set: an hour ahead of now is nothing special, unless it was set in an hour that is yet to come.
 */

import type { Redis } from 'ioredis'
import type { CrawlSettings } from '../../config/sections/crawl.ts'
import { LONGEST_ASKED } from '../../http-client/headers.ts'
import type { Keys } from '../../redis/keys.ts'
import { runScript, type Script } from '../../redis/script.ts'
import { isPlausible } from '../../util/plausible-time.ts'

export interface StoredTurn {
  /** ms since the epoch: its score in the due set. */
  readonly due: number
  /** As its hash has it; null where it has none. */
  readonly nextAt: number | null
  /** When that was set; 0 where nobody knows. */
  readonly setAt: number
  readonly isRetired: boolean
  /** Fixed ms between fetches, where the operator gave one. */
  readonly interval: number | undefined
}

/** The furthest that anything puts a source off, ms: a failure, a publisher's wish, hours to be left alone in, the operator. */
const computeHorizon = (
  interval: number | undefined,
  settings: Pick<CrawlSettings, 'maxInterval' | 'maxBackoff'>,
): number => Math.max(settings.maxBackoff, 2 * settings.maxInterval, LONGEST_ASKED * 1.1, interval ?? 0) * 1.1

/** @param lease ms: the furthest that a claim moves a source */
export const isImpossible = (
  { due, nextAt, setAt, isRetired, interval }: StoredTurn,
  now: number,
  lease: number,
  settings: Pick<CrawlSettings, 'maxInterval' | 'maxBackoff'>,
): boolean => {
  if (isRetired) return false
  if (!isPlausible(due, now, computeHorizon(interval, settings))) return true
  if (isPlausible(due, now, lease)) return false
  // Beyond any claim stands only what was set in the hash as well, and at a time that has been.
  return !isPlausible(setAt, now) || nextAt === null || due > nextAt
}

/** Sources looked at in one call. */
const PAGE = 500

export interface ImpossibleParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly findInterval: (id: string) => number | undefined
  readonly settings: () => CrawlSettings
  /** See `isImpossible`. */
  readonly lease: number
  /** Moves sources that still stand where they were seen. */
  readonly hold: Script
}

/** Looks at a page of what is ahead. @returns whether there is another behind it, and how many were made due */
const lookAt = async (
  { redis, keys, findInterval, settings, lease, hold }: ImpossibleParts,
  now: number,
  from: number,
): Promise<{ seen: number; made: number }> => {
  const flat = await redis.zrangebyscore(keys.due(), `(${now}`, '+inf', 'WITHSCORES', 'LIMIT', from, PAGE)
  const ahead = flat.flatMap((id, at) => (at % 2 === 0 ? [{ id, due: Number(flat[at + 1]) }] : []))
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
 * @returns looks for such sources: at all of them where the clock was set back or nobody has looked yet, else at one page a minute, since
 *          others may have seen the clock ahead
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
      // Those made due have left what is ahead.
      from = page.seen < PAGE ? 0 : from + PAGE - page.made
      if (!isAll || from === 0) return made
    }
  }
}
