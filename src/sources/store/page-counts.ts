/** Counts the pages of articles that were read for a source, and those that could not be. */

import type { SourceId } from '../../domain/source.ts'
import type { Store } from '../../redis/store.ts'

export interface PageCounts {
  /** @param failure null if the page was read */
  notePage(id: SourceId, failure: { readonly reason: string; readonly detail: string } | null): Promise<void>
}

const MAX_DETAIL = 300

export const createPageCounts = ({ redis, keys, now }: Store & { readonly now: () => number }): PageCounts => ({
  async notePage(id, failure) {
    const key = keys.source(id)
    if (failure === null) await redis.hincrby(key, 'pagesRead', 1)
    else {
      const { reason, detail } = failure
      const pageFailure = JSON.stringify({ reason, detail: detail.slice(0, MAX_DETAIL), at: now() })
      await Promise.all([redis.hincrby(key, 'pagesFailed', 1), redis.hset(key, { pageFailure })])
    }
  },
})
