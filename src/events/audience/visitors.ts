/**
 * Counts the distinct visitors of an article in a window, up to `MOST_VISITORS`, which is all that lists need. Visitors
 * are stored as hashes that change from day to day, so one who returns on another day counts again.
 */

import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { ArticleId } from '../../domain/article.ts'
import type { Window } from '../../domain/entry.ts'
import type { Keys } from '../../redis/keys.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import { dropOldest } from '../../util/lru.ts'
import type { ViewBy } from '../counting.ts'

const visitedScript = loadScript(new URL('./visited.lua', import.meta.url))

/** Maximum number of visitors stored per article: the latest ones. */
export const MOST_VISITORS = 50
const HOUR = 3_600_000
const LIVES = 8 * 24 * HOUR
/**
 * How far back visitors of a window are counted, ms. For `now` it is a day: earlier reads have almost no weight in it.
 */
const WIDTH: Readonly<Record<Window, number>> = { now: 24 * HOUR, hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR }
/**
 * ms for which visitors of an article that has enough are not recorded, so that the most read articles cost nothing.
 */
const ENOUGH_FOR = HOUR / 4
/** Maximum number of articles remembered as having enough. */
const MOST_KNOWN = 20_000

export interface Visitors {
  /**
   * Records accepted views. A view without a visitor counts as a new visitor, since its service does not report any.
   */
  note(reads: readonly ViewBy[]): Promise<void>
  /** Returns the number of visitors of each article, in the given order, each at most `MOST_VISITORS`. */
  of(articles: readonly ArticleId[], window: Window): Promise<readonly number[]>
}

export const createVisitors = ({ redis, keys, now }: { redis: Redis; keys: Keys; now: () => number }): Visitors => {
  /** When each article had enough, ms since the epoch. */
  const enough = new Map<ArticleId, number>()
  const hasEnough = (article: ArticleId): boolean => {
    const since = enough.get(article)
    return since !== undefined && since <= now() && now() < since + ENOUGH_FOR
  }
  const note = async (article: ArticleId, visitors: ReadonlyMap<string, number>): Promise<void> => {
    const full = await runScript(
      redis,
      visitedScript,
      [keys.viewedBy(article)],
      [MOST_VISITORS, LIVES, ...[...visitors].flatMap(([hash, at]) => [at, hash])],
    )
    enough.delete(article)
    // The set may be full of visitors of earlier days: there are enough only if it is full of visitors of the last
    // hour.
    if (full !== 1 || (await count(article, 'hour')) < MOST_VISITORS) return
    enough.set(article, now())
    dropOldest(enough, MOST_KNOWN)
  }
  const count = (article: ArticleId, window: Window): Promise<number> =>
    redis.zcount(keys.viewedBy(article), now() - WIDTH[window], '+inf')

  return {
    async note(reads) {
      const byArticle = new Map<ArticleId, Map<string, number>>()
      for (const { article, visitor, hash, at } of reads) {
        if (hasEnough(article)) continue
        const visitors = byArticle.get(article) ?? new Map<string, number>()
        if (visitors.size >= MOST_VISITORS) continue
        const who = visitor === '' ? randomUUID() : hash()
        byArticle.set(article, visitors.set(who, Math.max(at, visitors.get(who) ?? 0)))
      }
      await Promise.all([...byArticle].map(([article, visitors]) => note(article, visitors)))
    },

    async of(articles, window) {
      const sizes = await Promise.all(articles.map(article => count(article, window)))
      return sizes.map(size => Math.min(size, MOST_VISITORS))
    },
  }
}
