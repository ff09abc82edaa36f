/** Reads event counts for ranking. */

import type { ArticleId } from '../domain/article.ts'
import { type Counts, EVENT_KINDS, mapCounters } from '../domain/counts.ts'
import type { ReadCounts, Tops } from '../events/top-articles.ts'
import type { Store } from '../redis/store.ts'
import { timestampOfStreamId } from '../redis/stream-id.ts'
import { readStreamInfo } from '../redis/stream-info.ts'

export interface Reads {
  /** Articles with the highest counts of a window, highest first. */
  readonly tops: Tops
  /** Total counts of the given articles since they were ingested. The map may also have other articles. */
  totals(articles: readonly ArticleId[]): Promise<ReadonlyMap<ArticleId, Counts>>
  /** Total seconds for which each article was read, in the given order. */
  seconds(articles: readonly ArticleId[]): Promise<readonly number[]>
  /** When a service last reported any event, ms since the epoch; null if none ever did. */
  lastReported(): Promise<number | null>
}

export interface ReadsParts extends Store {
  readonly tops: Tops
  readonly counts: ReadCounts
}

/** Maximum number of articles whose totals are cached. */
const MAX_KNOWN = 50_000

/** Totals of articles, cached until the counter counts again. */
const createTotals = ({ redis, keys, counts }: Omit<ReadsParts, 'tops'>): Reads['totals'] => {
  let known = new Map<ArticleId, Counts>()
  let version: string | null = null
  return async articles => {
    if (articles.length === 0) return known
    // Read the version before the counts, so that counts are never older than their version.
    const latest = await redis.get(keys.eventState('version'))
    if (latest !== version || known.size > MAX_KNOWN) known = new Map()
    version = latest
    const mine = known
    const missing = [...new Set(articles.filter(id => !mine.has(id)))]
    if (missing.length > 0) {
      const totals = new Map(
        await Promise.all(EVENT_KINDS.map(async kind => [kind, await counts.totals(kind, missing)] as const)),
      )
      for (const [index, id] of missing.entries())
        mine.set(
          id,
          mapCounters((_, kind) => totals.get(kind)?.[index] ?? 0),
        )
    }
    return mine
  }
}

export const createReads = ({ redis, keys, tops, counts }: ReadsParts): Reads => ({
  tops,
  seconds: async articles => (articles.length === 0 ? [] : counts.totals('seconds', articles)),
  totals: createTotals({ redis, keys, counts }),

  async lastReported() {
    const id = (await readStreamInfo(redis, keys.events()))?.get('last-generated-id')
    const at = typeof id === 'string' ? timestampOfStreamId(id) : 0
    return at > 0 ? at : null
  },
})
