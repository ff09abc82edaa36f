/** Which lists changed since the last check, as their publisher announced. */

import type { Redis } from 'ioredis'
import type { Keys } from '../../../../redis/keys.ts'
import { timestampOfStreamId } from '../../../../redis/stream-id.ts'
import { MAX_LOAD_TIME, type Topic } from '../../web/live.ts'

/** Announcements read at a time; further ones follow with the next check. */
const MAX_READ = 1_000

export const listsTopic = ({ redis, keys }: { readonly redis: Redis; readonly keys: Keys }): Topic => {
  let last: string | null = null
  return {
    name: 'lists',
    async check() {
      if (last === null) {
        // Start a little earlier: a list may have changed between rendering the page and its subscription.
        const [newest] = await redis.xrevrange(keys.updates(), '+', '-', 'COUNT', 1)
        last = newest ? `${Math.max(0, timestampOfStreamId(newest[0]) - MAX_LOAD_TIME)}-0` : '0-0'
      }
      const entries = await redis.xrange(keys.updates(), `(${last}`, '+', 'COUNT', MAX_READ)
      last = entries.at(-1)?.[0] ?? last
      return [...new Set(entries.map(([, fields]) => fields[fields.indexOf('list') + 1] ?? ''))]
    },
  }
}
