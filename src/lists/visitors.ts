/**
 * How many distinct visitors read an article, as far as lists need to know: up to a few. Kept as hashes that differ from day to day, so
 * one who comes back another day is another visitor.
 */

import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { ArticleId } from '../article/article.ts'
import type { ViewBy } from '../events/counting.ts'
import type { Keys } from '../redis/keys.ts'

/** More are not told apart. */
export const MOST_VISITORS = 50
const LIVES = 8 * 86_400_000
/** Articles remembered as having enough, so that their next readers cost nothing. */
const MOST_KNOWN = 20_000

export interface Visitors {
  /** Takes in accepted views. One without a visitor is taken for a visitor of its own: its service does not tell. */
  note(reads: readonly ViewBy[]): Promise<void>
  /** In the order asked, at most `MOST_VISITORS`. */
  of(articles: readonly ArticleId[]): Promise<readonly number[]>
}

export const createVisitors = ({ redis, keys }: { redis: Redis; keys: Keys }): Visitors => {
  const enough = new Set<ArticleId>()
  return {
    async note(reads) {
      const byArticle = new Map<ArticleId, Set<string>>()
      for (const { article, visitor, hash } of reads) {
        if (enough.has(article)) continue
        const visitors = byArticle.get(article) ?? new Set()
        if (visitors.size < MOST_VISITORS) byArticle.set(article, visitors.add(visitor === '' ? randomUUID() : hash()))
      }
      await Promise.all(
        [...byArticle].map(async ([article, visitors]) => {
          const key = keys.visitors(article)
          const [, , size] = await Promise.all([
            redis.sadd(key, ...visitors),
            redis.pexpire(key, LIVES),
            redis.scard(key),
          ])
          if (size < MOST_VISITORS) return
          enough.add(article)
          for (const oldest of enough) {
            if (enough.size <= MOST_KNOWN) break
            enough.delete(oldest)
          }
        }),
      )
    },

    async of(articles) {
      const sizes = await Promise.all(articles.map(article => redis.scard(keys.visitors(article))))
      return sizes.map(size => Math.min(size, MOST_VISITORS))
    },
  }
}
