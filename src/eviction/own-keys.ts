/** The keys that belong to one article alone, and how much memory they take. */

import type { Redis } from 'ioredis'
import { listTextKeys } from '../articles/text-keys.ts'
import type { ArticleId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'
import { measureMemory } from '../redis/memory.ts'

/** Keys that are deleted with an article. */
export const listOwnKeys = (keys: Keys, id: ArticleId): string[] => [
  ...listTextKeys(keys, id),
  keys.list(`related:${id}`),
  keys.listMeta(`related:${id}`),
  keys.relatedBackLinks(id),
  keys.viewedBy(id),
  keys.coViewed(id),
]

/** Bytes of one article: of its own keys, and its share of its story. */
const measureArticle = async (redis: Redis, keys: Keys, id: ArticleId): Promise<number> => {
  const story = await redis.hget(keys.article(id), 'story')
  const [own, storyHash, members, count] = await Promise.all([
    measureMemory(redis, listOwnKeys(keys, id)),
    story ? measureMemory(redis, [keys.story(story)]) : 0,
    story ? measureMemory(redis, [keys.storyMembers(story)]) : 0,
    story ? redis.hlen(keys.storyMembers(story)) : 1,
  ])
  return own + (storyHash + members) / Math.max(1, count)
}

/** Mean bytes of these articles; 0 for none. */
export const measureMean = async (redis: Redis, keys: Keys, ids: readonly ArticleId[]): Promise<number> => {
  const sizes = await Promise.all(ids.map(id => measureArticle(redis, keys, id)))
  return sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, ids.length)
}
