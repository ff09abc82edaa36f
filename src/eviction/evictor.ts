/**
 * Keeps what is kept of articles within the memory it may take: from 95 % of `articles.memory` on the oldest leave, down to 90 %. It is
 * measured how much one takes, so that no more leave than must. Also sees to it that articles whose time has come leave stories and lists
 * before Redis lets them expire. Asked by the clock, by one daemon at a time; twice at once does no harm.
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
/** Most that begin to leave at a time: Redis and the process have other work. */
const MOST = 2_000
/** Articles whose memory is measured. */
const SAMPLE = 20
/** Whatever else fills Redis, the news of a day stays, ms. */
const LEAST_AGE = 86_400_000
/** Articles looked at by age in one call: all of 150,000 within the hour in which they leave. */
const SWEPT = 500
/** ms before it expires that an article leaves; of a short retention a part. */
const MARGIN = 3_600_000
const PAGE = 500

export interface EvictorParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly eviction: Eviction
  readonly settings: () => ArticleSettings
  /** Every list but those related to one article. */
  readonly names: () => readonly string[]
  /** How much of a window of reads lists look at. */
  readonly heads: () => number
  /** ms since the epoch. */
  readonly now: () => number
  readonly log: Logger
  /** Bytes; Redis' own figure unless given. */
  readonly used?: () => Promise<number>
}

export interface Evictor {
  /** What is to be done now: what began to leave is deleted, what is too old or too much begins to. */
  run(): Promise<{ readonly finished: number; readonly aged: number; readonly dropped: number }>
}

export const createEvictor = (parts: EvictorParts): Evictor => {
  const { redis, keys, eviction, settings, names, heads, now, log, used = () => usedMemory(redis) } = parts
  let cursor = '0'

  /** A page of all articles: those that expire soon begin to leave, those gone already leave the index. */
  const sweep = async (): Promise<number> => {
    const [next, flat] = await redis.zscan(keys.articleIndex(), cursor, 'COUNT', SWEPT)
    cursor = next
    const ids = flat.filter((_, at) => at % 2 === 0) as ArticleId[] // put there by ingest
    const lives = await Promise.all(ids.map(id => redis.pttl(keys.article(id))))
    const margin = Math.min(MARGIN, settings().retention / 24)
    // -2: gone, -1: for ever.
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

  /** Bytes one article takes with what hangs on it: the mean of a few. */
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

  /** The oldest that may go, with when the youngest of them was published. */
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

  /** @returns how many began to leave for want of room */
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
        log.info({ bytes, limit }, 'there is room again: articles stay until their time has come')
      }
      return 0
    }
    if (begun === null) {
      await redis.hset(keys.eviction(), 'startedAt', now())
      log.warn({ bytes, limit }, 'memory is near articles.memory: the oldest articles leave')
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
    // Told before they go: what their feeds carry meanwhile is not taken in again. It only ever rises.
    const stands = Number((await redis.hget(keys.eviction(), 'horizon')) ?? 0)
    const horizon = Math.max(till + 1, isPlausible(stands, now(), -LEAST_AGE) ? stands : 0)
    await redis.hset(keys.eviction(), 'horizon', horizon)
    await eviction.begin(ids)
    await redis.hincrby(keys.eviction(), 'evicted', ids.length)
    log.info(
      { articles: ids.length, publishedBefore: new Date(horizon).toISOString(), each: Math.round(each), bytes, limit },
      'the oldest articles leave',
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

/** How room is, for people. */
export interface EvictionState {
  /** Articles there are. */
  readonly articles: number
  /** ms since the epoch of the oldest one's publication; null where there is none. */
  readonly oldest: number | null
  readonly pending: number
  /** How many left for want of room, ever. */
  readonly evicted: number
  /** Whether some leave for want of room now. */
  readonly isEvicting: boolean
  /** Whether there is too little room though all that may leave has. */
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
