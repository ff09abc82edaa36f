/**
 * Read counts for ranking: the top of a window, counts of given articles in windows, and their hourly counts.
 * Read-only.
 */

import type { ArticleId } from '../domain/article.ts'
import type { Total } from '../domain/counts.ts'
import type { Window } from '../domain/entry.ts'
import type { EventKind } from '../domain/event-kinds.ts'
import { HOUR, worthNow } from '../domain/window.ts'
import type { Store } from '../redis/store.ts'
import { toPairs } from '../util/pairs.ts'

export interface Top {
  readonly article: ArticleId
  /** Reads in the window; for `now` what they are still worth. */
  readonly count: number
}

/** @returns highest first; articles with the same count by id */
export type Tops = (kind: EventKind, window: Window, most: number) => Promise<readonly Top[]>

/**
 * Counts of given articles. Each call is one round trip; results are in the order of `articles`, 0 if nothing was
 * counted.
 */
export interface ReadCounts {
  /** @returns for each article its count in each of the given windows; for `now` what its reads are still worth */
  inWindows<const Asked extends Window>(
    kind: EventKind,
    windows: readonly Asked[],
    articles: readonly ArticleId[],
  ): Promise<readonly Readonly<Record<Asked, number>>[]>
  /**
   * Hourly counts of an article, the baseline for the current hour.
   * @param hours full hours before the current one, at most 167 (a week's buckets are kept)
   * @returns for each article its counts in each of those hours (UTC), the latest first
   */
  byHour(kind: EventKind, articles: readonly ArticleId[], hours: number): Promise<readonly (readonly number[])[]>
  /** @returns for each article all its accepted events ever; for `seconds` the seconds it was read for */
  totals(total: Total, articles: readonly ArticleId[]): Promise<readonly number[]>
}

export interface TopsParts extends Store {
  /** ms */
  readonly halfLife: () => number
  readonly now: () => number
}

export const createTops =
  ({ redis, keys, halfLife, now }: TopsParts): Tops =>
  async (kind, window, most) => {
    const flat = await redis.zrevrange(keys.eventWindow(kind, window), 0, most - 1, 'WITHSCORES')
    return byCountThenId(
      toPairs(flat).map(([article, score]) => ({
        article: article as ArticleId, // members are article ids
        count: window === 'now' ? worthNow(Number(score), now(), halfLife()) : Number(score),
      })),
    )
  }

/** Redis orders members of the same score by name, descending. */
const byCountThenId = (tops: Top[]): Top[] =>
  tops.sort((a, b) => b.count - a.count || (a.article < b.article ? -1 : a.article > b.article ? 1 : 0))

const MAX_HOURS = 167

export const createReadCounts = ({ redis, keys, halfLife, now }: TopsParts): ReadCounts => ({
  async inWindows<const Asked extends Window>(
    kind: EventKind,
    windows: readonly Asked[],
    articles: readonly ArticleId[],
  ) {
    if (articles.length === 0) return []
    // Sent in the same tick: one round trip even if the connection does not pipeline automatically.
    const found = await Promise.all(windows.map(window => redis.zmscore(keys.eventWindow(kind, window), ...articles)))
    const at = now()
    return articles.map((_, index) => {
      const counts: Partial<Record<Window, number>> = {}
      for (const [place, window] of windows.entries()) {
        const score = found[place]?.[index] ?? null
        counts[window] = score === null ? 0 : window === 'now' ? worthNow(Number(score), at, halfLife()) : Number(score)
      }
      return counts as Record<Asked, number> // one for each window asked for
    })
  },

  async byHour(kind, articles, hours) {
    if (!Number.isInteger(hours) || hours < 1 || hours > MAX_HOURS)
      throw new RangeError(`${hours} hours: ask for 1 to ${MAX_HOURS}`)
    if (articles.length === 0) return []
    const running = Math.floor(now() / HOUR)
    const found = await Promise.all(
      Array.from({ length: hours }, (_, back) =>
        redis.hmget(keys.eventBucket(kind, 'week', running - 1 - back), ...articles),
      ),
    )
    return articles.map((_, index) => found.map(counts => Number(counts[index] ?? 0)))
  },

  async totals(kind, articles) {
    if (articles.length === 0) return []
    return (await redis.hmget(keys.eventTotals(kind), ...articles)).map(count => Number(count ?? 0))
  },
})
