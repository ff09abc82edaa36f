/** Which articles are gone before their time: neither left for want of room nor aged, but lost with (a part of) Redis. */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'
import type { ArticleStore } from './store.ts'

const DAY = 86_400_000

export interface LostArticles {
  /** Of those asked about: neither an article nor an alias of one. */
  readonly gone: ReadonlySet<ArticleId>
  /** ms since the epoch: what was published, or first seen without a date, after this is to be there still. */
  readonly since: number
}

/** Articles leave somewhat before they expire, and days are counted whole. */
const MARGIN = 2 * DAY

/**
 * From when on articles have had no reason to leave. (pure)
 * @param horizon ms: older ones may have left for want of room
 */
export const keptSince = (now: number, retention: number, horizon: number): number =>
  Math.max(horizon, now - retention + MARGIN)

export interface LostArticlesParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly archive: Pick<ArticleStore, 'resolve' | 'horizon'>
  readonly retention: () => number
  readonly now: () => number
}

export const createLostArticles = ({ redis, keys, archive, retention, now }: LostArticlesParts) => {
  /** One command for all where they are all there, as nearly always; on a cluster they lie in different slots. */
  const areAllThere = async (ids: readonly ArticleId[]): Promise<boolean> =>
    !redis.isCluster && (await redis.exists(...ids.map(id => keys.article(id)))) === ids.length

  return async (asked: readonly ArticleId[]): Promise<LostArticles> => {
    const ids = [...new Set(asked)]
    if (ids.length === 0 || (await areAllThere(ids))) return { gone: new Set(), since: 0 }
    const held = await archive.resolve(ids)
    const gone = new Set(ids.filter((_, at) => held[at] === null))
    return { gone, since: gone.size === 0 ? 0 : keptSince(now(), retention(), await archive.horizon()) }
  }
}
