/**
 * Parameters such as `sid` used to be taken out of every URL, so that all stories of some sites had one id. Where they mean something they
 * stay now, and ids of such URLs are others than before; what was cut off is nowhere in Redis, only feeds still say it. So every source has
 * its feed read whole once: its items find what they are by their old id (jobs/ingest.ts), and the new one becomes an alias of it.
 */

import { scanKeys } from '../../redis/scan.ts'
import type { Migration } from './migration.ts'

const VALIDATORS = ['etag', 'lastModified', 'bodyHash'] as const

export const toldApart: Migration = {
  to: 5,
  what: 'has every feed read whole once, so that articles that stood under one address are told apart and keep their old one too',
  // Daemons of before go on as they did; only what they take in meanwhile is told apart when its feed changes next.
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
          // Last: without them its feed comes whole, and it is not looked at again here.
          redis.hdel(key, ...VALIDATORS),
        ]),
      )
    }
    return found
  },
}
