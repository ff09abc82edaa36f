/** Takes articles that are leaving the archive out of lists as they stand, and tells it; nothing is ranked for it. */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { announce } from './announce.ts'

const strikeScript = loadScript(new URL('./remove-articles.lua', import.meta.url))

export interface Removal {
  /** Ids of the articles to be struck. */
  readonly articles: readonly ArticleId[]
  /** Id of the change that tells of their leaving: lists ranked before it are not written over this. */
  readonly asOf: string
  /** ms since the epoch. */
  readonly at: number
}

/** Id and rank of an entry as it is written, without parsing it; null for what is none. */
export const idOfEntry = (entry: string): ArticleId | null =>
  (/^\{"rank":\d+,"id":"([^"]+)"/.exec(entry)?.[1] as ArticleId | undefined) ?? null // written by src/lists/entries.ts

/** @returns entries struck */
export const removeFromList = async (
  redis: Redis,
  keys: Keys,
  name: string,
  { articles, asOf, at }: Removal,
): Promise<number> => {
  const now = new Date(at).toISOString()
  const [struck, version] = (await runScript(
    redis,
    strikeScript,
    [keys.list(name), keys.listMeta(name)],
    [asOf, now, ...articles],
  )) as [number, number] // as strike.lua returns
  if (struck === 0) return 0
  await announce(redis, keys, [{ name, version, at, isKept: true }])
  return struck
}
