/** Reads event counts for ranking. */

import type { ArticleId } from '../domain/article.ts'
import { type Counts, EVENT_KINDS, mapCounters } from '../domain/counts.ts'
import type { EventKind } from '../domain/event-kinds.ts'
import { beginningOf, ROLLING, type Rolling } from '../domain/window.ts'
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
  /**
   * When the first event of a kind happened that the window `week` has: the beginning of its bucket.
   * @param now ms since the epoch
   * @returns ms since the epoch; null if there is none
   */
  firstCounted(kind: EventKind, now: number): Promise<number | null>
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

  async firstCounted(kind, now) {
    const findFirst = async (rolling: Rolling): Promise<number | null> => {
      const index = keys.eventState(`index:${kind}:${rolling.window}`)
      const oldest = beginningOf(rolling, now) / rolling.width
      const [first] = await redis.zrange(index, oldest, '+inf', 'BYSCORE', 'LIMIT', 0, 1)
      return first === undefined ? null : Number(first) * rolling.width
    }
    const [, day, week] = ROLLING
    const [inDay, inWeek] = await Promise.all([findFirst(day), findFirst(week)])
    // Buckets of the day are finer, but only where the day has the whole of the week's first bucket do they have all.
    return inWeek !== null && beginningOf(day, now) <= inWeek ? inDay : inWeek
  },

  async lastReported() {
    const id = (await readStreamInfo(redis, keys.events()))?.get('last-generated-id')
    const at = typeof id === 'string' ? timestampOfStreamId(id) : 0
    return at > 0 ? at : null
  },
})
