/**
 * Has every feed read in full once. Parameters such as `sid` used to be removed from every URL, so that all stories of
 * some sites had one id. Where they identify the article they are now kept, and ids of such URLs change. Redis does not
 * hold the removed part; only feeds still contain it. Items are found by their old id (jobs/ingest.ts), and the new id
 * becomes an alias of it.
 */

import { scanKeys } from '../../redis/scan.ts'
import type { Migration } from './migration.ts'

const VALIDATORS = ['etag', 'lastModified', 'bodyHash'] as const

export const toldApart: Migration = {
  to: 5,
  what: 'has every feed read whole once, so that articles that stood under one address are told apart and keep their old one too',
  // Older daemons continue as before; what they ingest meanwhile is told apart when its feed changes next.
  isAdditive: true,

  async run({ redis, keys, onProgress }, isDry) {
    const before = `{${keys.prefix}:source:`
    let found = 0
    let looked = 0
    for await (const page of scanKeys(redis, `${before}*`)) {
      const sources = page.filter(key => key.endsWith('}'))
      const validators = await Promise.all(sources.map(key => redis.hmget(key, ...VALIDATORS)))
      const known = sources.filter((_, at) => validators[at]?.some(value => value))
      found += known.length
      looked += page.length
      onProgress(looked)
      if (isDry) continue
      await Promise.all(
        known.flatMap(key => [
          redis.unlink(`${key}:spans`),
          // Last: without validators its feed is fetched in full, and this migration skips the source from then on.
          redis.hdel(key, ...VALIDATORS),
        ]),
      )
    }
    return found
  },
}
