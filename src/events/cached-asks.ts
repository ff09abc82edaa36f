/** Answers what validation of events asks, from caches: the same articles and user agents occur by the thousand. */

import { createParameterStore, type ParameterStore } from '../articles/parameters/parameter-store.ts'
import type { ArticleId } from '../domain/article.ts'
import type { Store } from '../redis/store.ts'
import { createLruCache } from '../util/lru.ts'
import { type Asks, parseArticleId, parseBareId } from './event.ts'
import type { FindBareId } from './known-articles.ts'
import { robotsBut } from './robots.ts'

/** Cache size, for each of articles, URLs and user agents. */
const MAX_CACHED = 20_000
/** How often parameters learnt by other processes are loaded, ms. */
const REFRESH_EVERY = 1_000

export interface CachedAsks {
  readonly asks: Asks
  readonly bareOf: FindBareId
}

/** @param readers of the current settings; a reload may change them */
const cacheAsks = ({ keeps }: Pick<ParameterStore, 'keeps'>, readers: () => readonly string[]): CachedAsks => {
  const bare = createLruCache<ArticleId, ArticleId>(MAX_CACHED)
  const articles = createLruCache<string, { readonly id: ArticleId | null }>(MAX_CACHED)
  const robots = createLruCache<string, boolean>(MAX_CACHED)
  let own = readers()
  let isRobot = robotsBut(own)
  const asks: Asks = {
    parseArticleId(written) {
      const cached = articles.get(written)
      if (cached) return cached.id
      const id = parseArticleId(written, keeps)
      articles.set(written, { id })
      const other = id === null || id === written ? null : parseBareId(written, keeps)
      if (id !== null && other !== null) bare.set(id, other)
      return id
    },
    isRobot(ua) {
      if (own !== readers()) {
        own = readers()
        isRobot = robotsBut(own)
        robots.clear()
      }
      const cached = robots.get(ua)
      if (cached !== undefined) return cached
      const is = isRobot(ua)
      robots.set(ua, is)
      return is
    },
  }
  return { asks, bareOf: id => bare.get(id) }
}

export interface CachedAsksParts extends Store {
  /** User agents that are readers, whatever else they look like. */
  readonly readers: () => readonly string[]
}

/** @returns a function that returns the caches, empty ones after more parameters were learnt */
export const createCachedAsks = ({ redis, keys, readers }: CachedAsksParts): (() => Promise<CachedAsks>) => {
  const parameters = createParameterStore({ redis, keys })
  let cached = cacheAsks(parameters, readers)
  return async () => {
    const before = parameters.version()
    await parameters.refresh(REFRESH_EVERY)
    if (parameters.version() !== before) cached = cacheAsks(parameters, readers)
    return cached
  }
}
