/** Finds articles that were neither evicted nor expired, but lost with (a part of) Redis. */

import type { ArticleId } from '../domain/article.ts'
import type { Store } from '../redis/store.ts'
import type { ArticleStore } from './store.ts'

const DAY = 86_400_000

export interface LostArticles {
  /** The ids asked about that are neither an article nor an alias of one. */
  readonly gone: ReadonlySet<ArticleId>
  /** ms since the epoch: articles published after this, or first seen after it if undated, should still be stored. */
  readonly since: number
}

/** Articles are evicted somewhat before they expire, and in whole days. */
const MARGIN = 2 * DAY

/**
 * The publication time after which no article was due for eviction. (pure)
 * @param horizon ms since the epoch: older articles may have been evicted for lack of memory
 */
export const computeRetainedSince = (now: number, retention: number, horizon: number): number =>
  Math.max(horizon, now - retention + MARGIN)

export interface LostArticlesParts extends Store {
  readonly archive: Pick<ArticleStore, 'resolve' | 'horizon'>
  readonly retention: () => number
  readonly now: () => number
}

export const createLostArticles = ({ redis, keys, archive, retention, now }: LostArticlesParts) => {
  /** Checks the usual case, all present, with one command; not on a cluster, where the keys are in different slots. */
  const areAllThere = async (ids: readonly ArticleId[]): Promise<boolean> =>
    !redis.isCluster && (await redis.exists(...ids.map(id => keys.article(id)))) === ids.length

  return async (asked: readonly ArticleId[]): Promise<LostArticles> => {
    const ids = [...new Set(asked)]
    if (ids.length === 0 || (await areAllThere(ids))) return { gone: new Set(), since: 0 }
    const resolved = await archive.resolve(ids)
    const gone = new Set(ids.filter((_, at) => resolved[at] === null))
    return { gone, since: gone.size === 0 ? 0 : computeRetainedSince(now(), retention(), await archive.horizon()) }
  }
}
