/** What was counted, as ranking asks for it. */

import type { Redis } from 'ioredis'
import type { Counts } from '../archive/archive.ts'
import type { ArticleId } from '../article/article.ts'
import type { ReadCounts, Tops } from '../events/tops.ts'
import type { Keys } from '../redis/keys.ts'
import { millisOf } from '../redis/stream-id.ts'

export interface Reads {
  /** The head of a window, highest first. */
  readonly tops: Tops
  readonly inWindows: ReadCounts['inWindows']
  /** All accepted events ever, of each article asked for. */
  totals(articles: readonly ArticleId[]): Promise<readonly Counts[]>
  /** ms since the epoch: when a service last reported an event of any kind; null where none ever did. */
  lastReported(): Promise<number | null>
}

export interface ReadsParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly tops: Tops
  readonly counts: ReadCounts
}

export const createReads = ({ redis, keys, tops, counts }: ReadsParts): Reads => ({
  tops,
  inWindows: counts.inWindows,

  async totals(articles) {
    const [views, comments, shares] = await Promise.all([
      counts.totals('view', articles),
      counts.totals('comment', articles),
      counts.totals('share', articles),
    ])
    return articles.map((_, index) => ({
      views: views[index] ?? 0,
      comments: comments[index] ?? 0,
      shares: shares[index] ?? 0,
    }))
  },

  async lastReported() {
    const info = (await redis.xinfo('STREAM', keys.events()).catch((error: Error) => {
      if (/no such key/i.test(error.message)) return []
      throw error
    })) as unknown[] // names and values in turn
    const id = info[info.indexOf('last-generated-id') + 1]
    const at = typeof id === 'string' ? millisOf(id) : 0
    return at > 0 ? at : null
  },
})
