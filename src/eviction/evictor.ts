/**
 * Keeps articles within `articles.memory`: above 95 % of it, the evictor removes the oldest until 90 % is reached. It
 * measures how much memory one article takes, so that it evicts no more than necessary. It also removes articles that
 * expire soon from stories and lists before Redis deletes them. A tick runs it on one daemon at a time; running it
 * twice at once does no harm.
 */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { ArticleSettings } from '../config/sections/articles.ts'
import type { ArticleId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'
import { usedMemory } from '../redis/memory.ts'
import type { Store } from '../redis/store.ts'
import { toPairs } from '../util/pairs.ts'
import { isPlausible } from '../util/plausible-time.ts'
import type { Eviction } from './evict.ts'
import { readExempt } from './exempt.ts'
import { findOldest, withoutPending } from './oldest.ts'
import { measureMean } from './own-keys.ts'

const HIGH = 0.95
const LOW = 0.9
/** Maximum number of articles evicted in one run, since Redis and the process have other work. */
const MAX_EVICTED = 2_000
/** Number of articles whose memory is measured, to estimate that of all. */
const SAMPLE = 20
/** Minimum age of an article before it may be evicted for memory, ms. */
const MIN_AGE = 86_400_000
/** Number of articles checked for expiry in one run: enough to check 150,000 within `MARGIN`. */
const SWEPT = 500
/** ms before its expiry at which an article is evicted; less if the retention is short. */
const MARGIN = 3_600_000

export interface EvictorParts extends Store {
  readonly eviction: Eviction
  readonly settings: () => ArticleSettings
  /** Names of all lists, except the related lists of single articles. */
  readonly names: () => readonly string[]
  /** How many of the most viewed articles of a window the lists consider. */
  readonly heads: () => number
  /** ms since the epoch. */
  readonly now: () => number
  readonly log: Logger
  /** Bytes in use; what Redis reports unless given. */
  readonly used?: () => Promise<number>
}

export interface Evictor {
  /** Deletes what is pending, then evicts articles that expire soon and articles over the memory limit. */
  run(): Promise<{ readonly finished: number; readonly aged: number; readonly dropped: number }>
}

export const createEvictor = (parts: EvictorParts): Evictor => {
  const { redis, keys, eviction, settings, names, heads, now, log, used = () => usedMemory(redis) } = parts
  let cursor = '0'

  /** Checks one page of the index: evicts articles that expire soon or have expired. */
  const sweep = async (): Promise<number> => {
    const [next, flat] = await redis.zscan(keys.articleIndex(), cursor, 'COUNT', SWEPT)
    cursor = next
    const ids = toPairs(flat).map(([id]) => id as ArticleId) // put there by ingest
    const lives = await Promise.all(ids.map(id => redis.pttl(keys.article(id))))
    const margin = Math.min(MARGIN, settings().retention / 24)
    // -2: no such key, -1: never expires.
    const over = ids.filter((_, at) => lives[at] === -2 || ((lives[at] ?? -1) >= 0 && (lives[at] ?? 0) < margin))
    const fresh = await withoutPending(redis, keys, over)
    await eviction.begin(fresh)
    return fresh.length
  }

  /** Notes when eviction for memory starts and ends. @returns bytes in use while it goes on, else null */
  const readMemory = async (): Promise<number | null> => {
    const limit = settings().memory
    const isEvicting = (await redis.hget(keys.eviction(), 'startedAt')) !== null
    const bytes = limit === 0 ? 0 : await used()
    if (limit > 0 && bytes >= limit * (isEvicting ? LOW : HIGH)) {
      if (isEvicting) return bytes
      await redis.hset(keys.eviction(), 'startedAt', now())
      log.warn({ event: 'eviction.started', bytes, limit }, 'eviction started: memory is near articles.memory')
      return bytes
    }
    if (isEvicting) {
      await redis.hdel(keys.eviction(), 'startedAt', 'short')
      if (limit > 0)
        log.info(
          { event: 'eviction.ended', bytes, limit },
          'eviction ended: memory is below the limit, articles stay until they expire',
        )
    }
    return null
  }

  /** How many articles to evict, by the mean size of the oldest. */
  const countNeeded = async (bytes: number): Promise<{ readonly needed: number; readonly each: number }> => {
    const [first, pending] = await Promise.all([
      redis.zrange(keys.articleIndex(), 0, String(SAMPLE - 1)),
      redis.zcard(keys.pendingDeletion()),
    ])
    const each = await measureMean(redis, keys, first as ArticleId[]) // put there by ingest
    const over = bytes - settings().memory * LOW - pending * each
    const needed = first.length === 0 ? 0 : Math.min(MAX_EVICTED, Math.ceil(over / Math.max(1, each)))
    return { needed, each }
  }

  /** Raises the time from before which articles may have been evicted: it never falls. */
  const raiseHorizon = async (to: number): Promise<number> => {
    const stands = Number((await redis.hget(keys.eviction(), 'horizon')) ?? 0)
    const horizon = Math.max(to, isPlausible(stands, now(), -MIN_AGE) ? stands : 0)
    await redis.hset(keys.eviction(), 'horizon', horizon)
    return horizon
  }

  /** Evicts the oldest articles if memory is near its limit. @returns how many */
  const drop = async (): Promise<number> => {
    const bytes = await readMemory()
    if (bytes === null) return 0
    const { needed, each } = await countNeeded(bytes)
    if (needed <= 0) return 0
    const exempt = await readExempt(redis, keys, names(), heads())
    const { ids, newest } = await findOldest(redis, keys, { most: needed, before: now() - MIN_AGE, exempt })
    if (ids.length < needed) await redis.hset(keys.eviction(), 'short', 1)
    else await redis.hdel(keys.eviction(), 'short')
    if (ids.length === 0) return 0
    // Raised before they are evicted, so that ingest does not bring them back.
    const horizon = await raiseHorizon(newest + 1)
    await eviction.begin(ids)
    await redis.hincrby(keys.eviction(), 'evicted', ids.length)
    log.info(
      {
        ...{ event: 'eviction.evicted', articles: ids.length, publishedBefore: new Date(horizon).toISOString() },
        ...{ each: Math.round(each), bytes, limit: settings().memory },
      },
      'evicted the oldest articles',
    )
    return ids.length
  }

  return {
    async run() {
      const finished = await eviction.finish()
      const aged = await sweep()
      return { finished, aged, dropped: await drop() }
    },
  }
}

/** The state of eviction, for `status` and the admin UI. */
export interface EvictionState {
  /** Number of articles. */
  readonly articles: number
  /** When the oldest one was published, ms since the epoch; null if there is none. */
  readonly oldest: number | null
  readonly pending: number
  /** How many were evicted for memory, ever. */
  readonly evicted: number
  /** Whether articles are being evicted for memory now. */
  readonly isEvicting: boolean
  /** Whether memory is still over the limit although every article that may be evicted was. */
  readonly isShort: boolean
}

export const readEvictionState = async (redis: Redis, keys: Keys): Promise<EvictionState> => {
  const [articles, [, oldest], pending, noted] = await Promise.all([
    redis.zcard(keys.articleIndex()),
    redis.zrange(keys.articleIndex(), 0, '0', 'WITHSCORES'),
    redis.zcard(keys.pendingDeletion()),
    redis.hgetall(keys.eviction()),
  ])
  return {
    ...{ articles, pending },
    oldest: oldest === undefined ? null : Number(oldest),
    evicted: Number(noted.evicted ?? 0),
    isEvicting: noted.startedAt !== undefined,
    isShort: noted.short === '1',
  }
}
