/** Removes evicted articles from published lists and announces the change, without ranking anything. */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { announce } from './announce.ts'

const removeScript = loadScript(new URL('./remove-articles.lua', import.meta.url))

export interface Removal {
  /** Ids of the articles to remove. */
  readonly articles: readonly ArticleId[]
  /** Id of the change that announces their eviction: lists ranked before it do not overwrite this. */
  readonly asOf: string
  /** ms since the epoch. */
  readonly at: number
}

/** Id and rank of an entry as it is written, without parsing it; null if it is not an entry. */
export const idOfEntry = (entry: string): ArticleId | null =>
  (/^\{"rank":\d+,"id":"([^"]+)"/.exec(entry)?.[1] as ArticleId | undefined) ?? null // written by src/lists/entries.ts

/** @returns entries removed */
export const removeFromList = async (
  redis: Redis,
  keys: Keys,
  name: string,
  { articles, asOf, at }: Removal,
): Promise<number> => {
  const now = new Date(at).toISOString()
  const [removed, version] = (await runScript(
    redis,
    removeScript,
    [keys.list(name), keys.listMeta(name)],
    [asOf, now, ...articles],
  )) as [number, number] // as remove-articles.lua returns
  if (removed === 0) return 0
  await announce(redis, keys, [{ name, version, at, isKept: true }])
  return removed
}
