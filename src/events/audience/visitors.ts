/**
 * Counts the distinct visitors of an article in a window, up to the few that lists need to know of. Visitors are stored
 * as hashes that change daily, so one who returns on another day counts as another visitor.
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

/** Counting stops here; the latest visitors are kept. */
export const MAX_VISITORS = 50
const HOUR = 3_600_000
const TTL = 8 * 24 * HOUR
/** How far back a window looks for visitors, ms. In `now`, reads older than a day weigh next to nothing. */
const WIDTH: Readonly<Record<Window, number>> = { now: 24 * HOUR, hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR }
/**
 * How long no more visitors are recorded for an article that has enough, ms, so that the most-read articles cost
 * nothing.
 */
const ENOUGH_FOR = HOUR / 4
/** Most articles remembered as having enough. */
const MAX_KNOWN = 20_000

export interface Visitors {
  /**
   * Records accepted views. One without a visitor counts as a visitor of its own: its service does not identify
   * visitors.
   */
  note(reads: readonly ViewBy[]): Promise<void>
  /** In the order of `articles`; each at most `MAX_VISITORS`. */
  of(articles: readonly ArticleId[], window: Window): Promise<readonly number[]>
}

export const createVisitors = ({ redis, keys, now }: { redis: Redis; keys: Keys; now: () => number }): Visitors => {
  /** When an article was found to have enough, ms. */
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
      [MAX_VISITORS, TTL, ...[...visitors].flatMap(([hash, at]) => [at, hash])],
    )
    enough.delete(article)
    // Full of old visitors is not enough: the article needs that many within the last hour.
    if (full !== 1 || (await count(article, 'hour')) < MAX_VISITORS) return
    enough.set(article, now())
    dropOldest(enough, MAX_KNOWN)
  }
  const count = (article: ArticleId, window: Window): Promise<number> =>
    redis.zcount(keys.viewedBy(article), now() - WIDTH[window], '+inf')

  return {
    async note(reads) {
      const byArticle = new Map<ArticleId, Map<string, number>>()
      for (const { article, visitor, hash, at } of reads) {
        if (hasEnough(article)) continue
        const visitors = byArticle.get(article) ?? new Map<string, number>()
        if (visitors.size >= MAX_VISITORS) continue
        const who = visitor === '' ? randomUUID() : hash()
        byArticle.set(article, visitors.set(who, Math.max(at, visitors.get(who) ?? 0)))
      }
      await Promise.all([...byArticle].map(([article, visitors]) => note(article, visitors)))
    },

    async of(articles, window) {
      const sizes = await Promise.all(articles.map(article => count(article, window)))
      return sizes.map(size => Math.min(size, MAX_VISITORS))
    },
  }
}
