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
import { measureMemory, usedMemory } from '../redis/memory.ts'
import { isPlausible } from '../util/plausible-time.ts'
import type { Eviction } from './evict.ts'
import { type Exempt, readExempt } from './exempt.ts'

const HIGH = 0.95
const LOW = 0.9
/** Maximum number of articles evicted in one run, since Redis and the process have other work. */
const MOST = 2_000
/** Number of articles whose memory is measured, to estimate that of all. */
const SAMPLE = 20
/** Minimum age of an article before it may be evicted for memory, ms. */
const LEAST_AGE = 86_400_000
/** Number of articles checked for expiry in one run: enough to check 150,000 within `MARGIN`. */
const SWEPT = 500
/** ms before its expiry at which an article is evicted; less if the retention is short. */
const MARGIN = 3_600_000
const PAGE = 500

export interface EvictorParts {
  readonly redis: Redis
  readonly keys: Keys
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
    const ids = flat.filter((_, at) => at % 2 === 0) as ArticleId[] // put there by ingest
    const lives = await Promise.all(ids.map(id => redis.pttl(keys.article(id))))
    const margin = Math.min(MARGIN, settings().retention / 24)
    // -2: no such key, -1: never expires.
    const over = ids.filter((_, at) => lives[at] === -2 || ((lives[at] ?? -1) >= 0 && (lives[at] ?? 0) < margin))
    const fresh = await notLeaving(over)
    await eviction.begin(fresh)
    return fresh.length
  }

  const notLeaving = async (ids: readonly ArticleId[]): Promise<ArticleId[]> => {
    if (ids.length === 0) return []
    const since = await redis.zmscore(keys.pendingDeletion(), ...ids)
    return ids.filter((_, at) => since[at] === null)
  }

  /** Mean bytes of a few articles with the keys that belong to them. */
  const bytesOfOne = async (ids: readonly ArticleId[]): Promise<number> => {
    const sample = ids.slice(0, SAMPLE)
    const sizes = await Promise.all(
      sample.map(async id => {
        const story = await redis.hget(keys.article(id), 'story')
        const [own, [told, members, count]] = await Promise.all([
          measureMemory(redis, [
            ...[
              keys.article(id),
              keys.list(`related:${id}`),
              keys.listMeta(`related:${id}`),
              keys.relatedBackLinks(id),
            ],
            ...[keys.viewedBy(id), keys.coViewed(id)],
          ]),
          Promise.all([
            story ? measureMemory(redis, [keys.story(story)]) : 0,
            story ? measureMemory(redis, [keys.storyMembers(story)]) : 0,
            story ? redis.hlen(keys.storyMembers(story)) : 1,
          ]),
        ])
        return own + (told + members) / Math.max(1, count)
      }),
    )
    return sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sample.length)
  }

  /** The oldest articles that may be evicted, and when the youngest of them was published. */
  const oldest = async (most: number, spared: Exempt): Promise<{ ids: ArticleId[]; till: number }> => {
    const ids: ArticleId[] = []
    let till = 0
    for (let from = 0; ids.length < most; from += PAGE) {
      const flat = await redis.zrangebyscore(
        ...([keys.articleIndex(), '-inf', now() - LEAST_AGE, 'WITHSCORES', 'LIMIT', from, PAGE] as const),
      )
      if (flat.length === 0) break
      const scored = flat.flatMap((id, at) => (at % 2 === 0 ? [{ id: id as ArticleId, at: Number(flat[at + 1]) }] : []))
      const open = new Set<string>(await notLeaving(scored.map(({ id }) => id)))
      const stories = await Promise.all(scored.map(({ id }) => redis.hget(keys.article(id), 'story')))
      for (const [place, { id, at }] of scored.entries()) {
        if (ids.length >= most) break
        if (!open.has(id) || spared.articles.has(id) || spared.stories.has(stories[place] ?? '')) continue
        ids.push(id)
        till = Math.max(till, at)
      }
    }
    return { ids, till }
  }

  /** Evicts the oldest articles if memory is near its limit. @returns how many */
  const drop = async (): Promise<number> => {
    const limit = settings().memory
    const begun = await redis.hget(keys.eviction(), 'startedAt')
    if (limit === 0) {
      if (begun !== null) await redis.hdel(keys.eviction(), 'startedAt', 'short')
      return 0
    }
    const bytes = await used()
    if (bytes < limit * (begun === null ? HIGH : LOW)) {
      if (begun !== null) {
        await redis.hdel(keys.eviction(), 'startedAt', 'short')
        log.info({ bytes, limit }, 'eviction ended: memory is below the limit, articles stay until they expire')
      }
      return 0
    }
    if (begun === null) {
      await redis.hset(keys.eviction(), 'startedAt', now())
      log.warn({ bytes, limit }, 'eviction started: memory is near articles.memory')
    }
    const [first, leaving] = await Promise.all([
      redis.zrange(keys.articleIndex(), 0, String(SAMPLE - 1)),
      redis.zcard(keys.pendingDeletion()),
    ])
    const each = await bytesOfOne(first as ArticleId[]) // put there by ingest
    const over = bytes - limit * LOW - leaving * each
    if (over <= 0 || first.length === 0) return 0
    const wanted = Math.min(MOST, Math.ceil(over / Math.max(1, each)))
    const { ids, till } = await oldest(wanted, await readExempt(redis, keys, names(), heads()))
    if (ids.length < wanted) await redis.hset(keys.eviction(), 'short', 1)
    else await redis.hdel(keys.eviction(), 'short')
    if (ids.length === 0) return 0
    // Written before they are evicted, so that ingest does not bring them back. It only ever rises.
    const stands = Number((await redis.hget(keys.eviction(), 'horizon')) ?? 0)
    const horizon = Math.max(till + 1, isPlausible(stands, now(), -LEAST_AGE) ? stands : 0)
    await redis.hset(keys.eviction(), 'horizon', horizon)
    await eviction.begin(ids)
    await redis.hincrby(keys.eviction(), 'evicted', ids.length)
    log.info(
      { articles: ids.length, publishedBefore: new Date(horizon).toISOString(), each: Math.round(each), bytes, limit },
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
  const [articles, [, oldest], pending, room] = await Promise.all([
    redis.zcard(keys.articleIndex()),
    redis.zrange(keys.articleIndex(), 0, '0', 'WITHSCORES'),
    redis.zcard(keys.pendingDeletion()),
    redis.hgetall(keys.eviction()),
  ])
  return {
    ...{ articles, pending },
    oldest: oldest === undefined ? null : Number(oldest),
    evicted: Number(room.evicted ?? 0),
    isEvicting: room.startedAt !== undefined,
    isShort: room.short === '1',
  }
}
