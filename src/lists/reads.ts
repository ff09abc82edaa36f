/** What was counted, as ranking asks for it. */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../article/article.ts'
import type { Tops } from '../events/tops.ts'
import type { Keys } from '../redis/keys.ts'
import type { EventKind, Window } from './entry.ts'

export interface Reads {
  /** The head of a window, highest first. */
  readonly tops: Tops
  /** Events of these articles in a rolling window, in the order asked. */
  of(kind: EventKind, window: Exclude<Window, 'now'>, articles: readonly ArticleId[]): Promise<readonly number[]>
  /** ms since the epoch: when a service last reported an event of any kind; null where none ever did. */
  lastReported(): Promise<number | null>
}

export const createReads = ({ redis, keys, tops }: { redis: Redis; keys: Keys; tops: Tops }): Reads => ({
  tops,

  async of(kind, window, articles) {
    if (articles.length === 0) return []
    const scores = await redis.zmscore(keys.eventWindow(kind, window), ...articles)
    return scores.map(score => Number(score ?? 0))
  },

  async lastReported() {
    const info = (await redis.xinfo('STREAM', keys.events()).catch((error: Error) => {
      if (/no such key/i.test(error.message)) return []
      throw error
    })) as unknown[] // names and values in turn
    const id = info[info.indexOf('last-generated-id') + 1]
    const at = typeof id === 'string' ? Number(id.split('-')[0]) : 0
    return at > 0 ? at : null
  },
})
