/** The last fetches of a source, for `sources explain`. */

import type { SourceId } from '../../domain/source.ts'
import type { Store } from '../../redis/store.ts'
import { countDaily } from '../state/daily.ts'
import { type Fetch, MAX_FETCHES, packFetch, unpackFetch } from '../state/history.ts'

export interface FetchLog {
  /** Keeps the outcome of a fetch among the last 30. */
  record(id: SourceId, fetch: Fetch): Promise<void>
  history(id: SourceId): Promise<readonly Fetch[]>
}

export interface FetchLogParts extends Store {
  /** ms since the epoch. */
  readonly now: () => number
}

export const createFetchLog = ({ redis, keys, now }: FetchLogParts): FetchLog => {
  /**
   * Not atomic: if a delivery and a poll of one source end in the same millisecond, one of them is missing in the daily
   * counts.
   */
  const countPushed = async (id: SourceId, items: number): Promise<void> => {
    const daily = (await redis.hget(keys.source(id), 'daily')) ?? ''
    await redis.hset(keys.source(id), 'daily', countDaily(daily, now(), items))
  }

  return {
    async record(id, fetch) {
      // One round trip, together with other commands of the same turn: connections pipeline automatically.
      await Promise.all([
        redis.lpush(keys.history(id), packFetch(fetch)),
        redis.ltrim(keys.history(id), 0, MAX_FETCHES - 1),
        // Items found by polls are counted when the poll succeeds.
        ...(fetch.outcome === 'push' && fetch.items > 0
          ? [redis.hincrby(keys.source(id), 'newItems', fetch.items), countPushed(id, fetch.items)]
          : []),
      ])
    },

    history: async id => (await redis.lrange(keys.history(id), 0, -1)).flatMap(packed => unpackFetch(packed) ?? []),
  }
}
