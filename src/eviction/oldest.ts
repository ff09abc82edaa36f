/** Finds the articles to evict first: the oldest that are neither exempt nor pending deletion already. */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'
import { toPairs } from '../util/pairs.ts'
import type { Exempt } from './exempt.ts'

/** Articles read at a time. */
const PAGE = 500

/** Leaves out articles that are pending deletion already. */
export const withoutPending = async (redis: Redis, keys: Keys, ids: readonly ArticleId[]): Promise<ArticleId[]> => {
  if (ids.length === 0) return []
  const since = await redis.zmscore(keys.pendingDeletion(), ...ids)
  return ids.filter((_, at) => since[at] === null)
}

/**
 * @param most how many
 * @param before ms since the epoch: younger articles stay
 * @returns the oldest articles that may be evicted, and when the youngest of them was published
 */
export const findOldest = async (
  redis: Redis,
  keys: Keys,
  { most, before, exempt }: { readonly most: number; readonly before: number; readonly exempt: Exempt },
): Promise<{ readonly ids: readonly ArticleId[]; readonly newest: number }> => {
  const found: { id: ArticleId; at: number }[] = []
  for (let from = 0; found.length < most; from += PAGE) {
    const flat = await redis.zrangebyscore(
      ...([keys.articleIndex(), '-inf', before, 'WITHSCORES', 'LIMIT', from, PAGE] as const),
    )
    if (flat.length === 0) break
    const page = toPairs(flat).map(([id, at]) => ({ id: id as ArticleId, at: Number(at) })) // put there by ingest
    const open = new Set(
      await withoutPending(
        redis,
        keys,
        page.map(({ id }) => id),
      ),
    )
    const stories = await Promise.all(page.map(({ id }) => redis.hget(keys.article(id), 'story')))
    const evictable = page.filter(
      ({ id }, place) => open.has(id) && !exempt.articles.has(id) && !exempt.stories.has(stories[place] ?? ''),
    )
    found.push(...evictable.slice(0, most - found.length))
  }
  return { ids: found.map(({ id }) => id), newest: Math.max(0, ...found.map(({ at }) => at)) }
}
