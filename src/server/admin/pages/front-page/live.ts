/** Which lists changed between two looks: what their publisher announced meanwhile. */

import type { Redis } from 'ioredis'
import type { Keys } from '../../../../redis/keys.ts'
import { timestampOfStreamId } from '../../../../redis/stream-id.ts'
import type { Topic } from '../../web/live.ts'

/** Announcements of one look; where there are more, those names are said again with the next. */
const MOST = 1_000
/** ms between a page's being made and its listening, at most. */
const BEFORE = 10_000

export const listsTopic = ({ redis, keys }: { readonly redis: Redis; readonly keys: Keys }): Topic => {
  let last: string | null = null
  return {
    name: 'lists',
    async look() {
      if (last === null) {
        // A little of what was before: it may have come between a page's being made and its listening.
        const [newest] = await redis.xrevrange(keys.updates(), '+', '-', 'COUNT', 1)
        last = newest ? `${Math.max(0, timestampOfStreamId(newest[0]) - BEFORE)}-0` : '0-0'
      }
      const entries = await redis.xrange(keys.updates(), `(${last}`, '+', 'COUNT', MOST)
      last = entries.at(-1)?.[0] ?? last
      return [...new Set(entries.map(([, fields]) => fields[fields.indexOf('list') + 1] ?? ''))]
    },
  }
}
