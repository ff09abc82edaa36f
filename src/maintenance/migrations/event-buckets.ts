/**
 * Adds buckets of counted events to the index of their window. Buckets used to be found by their names alone. Windows
 * are now rebuilt from the index, so the reads of a day and a week would be lost with buckets that are not in it.
 */

import { EVENT_KINDS } from '../../domain/counts.ts'
import { scanKeys } from '../../redis/scan.ts'
import type { Migration } from './migration.ts'

const OLD_MARKS = ['rotated:day', 'rotated:week'] as const

export const eventBuckets: Migration = {
  to: 1,
  what: 'puts buckets of counted events into the index their windows are added up from',
  isAdditive: false,

  async run({ redis, keys, onProgress }, isDry) {
    const before = keys.eventState('bucket:')
    let found = 0
    let looked = 0
    for await (const page of scanKeys(redis, `${before}*`)) {
      const buckets = page.flatMap(key => {
        const [kind = '', window = '', index = ''] = key.slice(before.length).split(':')
        const isBucket = (EVENT_KINDS as readonly string[]).includes(kind) && /^\d+$/.test(index)
        return isBucket ? [{ at: keys.eventState(`index:${kind}:${window}`), window, index }] : []
      })
      const scores = await Promise.all(buckets.map(({ at, index }) => redis.zscore(at, index)))
      const missing = buckets.filter((_, place) => scores[place] === null)
      found += missing.length
      looked += page.length
      onProgress(looked)
      if (isDry || missing.length === 0) continue
      // Without its mark, the next process that counts rebuilds the window from its index.
      await redis.hdel(keys.eventState('marks'), ...new Set(missing.map(({ window }) => window)))
      await Promise.all(missing.map(({ at, index }) => redis.zadd(at, index, index)))
    }
    if (!isDry) await redis.del(...OLD_MARKS.map(name => keys.eventState(name)))
    return found
  },
}
