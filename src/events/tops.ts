/** What is read most: the head of a window, for ranking. */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../article/article.ts'
import type { EventKind, Window } from '../lists/entry.ts'
import type { Keys } from '../redis/keys.ts'
import { worthNow } from './windows.ts'

export interface Top {
  readonly article: ArticleId
  /** Reads in the window; for `now` what they are still worth. */
  readonly count: number
}

export type Tops = (kind: EventKind, window: Window, most: number) => Promise<readonly Top[]>

/** @returns highest first; articles with the same count by id */
export const createTops =
  ({ redis, keys, halfLife, now }: { redis: Redis; keys: Keys; halfLife: () => number; now: () => number }): Tops =>
  async (kind, window, most) => {
    const flat = await redis.zrevrange(keys.eventWindow(kind, window), 0, most - 1, 'WITHSCORES')
    const tops: Top[] = []
    for (let index = 0; index + 1 < flat.length; index += 2) {
      const score = Number(flat[index + 1])
      tops.push({
        article: flat[index] as ArticleId,
        count: window === 'now' ? worthNow(score, now(), halfLife()) : score,
      }) // members are article ids
    }
    return tops
  }
