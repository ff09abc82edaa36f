/**
 * Moves related back-links from their two earlier names: an edit of an older article would not find the related lists
 * that show it.
 */

import { scanKeys } from '../../redis/scan.ts'
import { toPairs } from '../../util/pairs.ts'
import type { Migration, MigrationParts } from './migration.ts'

/**
 * Copies one key, adding to what was written under the new name meanwhile. The old key is deleted last, so that nothing
 * is lost if this process dies half-way.
 */
const move = async ({ redis }: MigrationParts, from: string, to: string): Promise<void> => {
  const [flat, lives] = await Promise.all([redis.zrange(from, 0, '-1', 'WITHSCORES'), redis.pttl(from)])
  const scored = toPairs(flat).flatMap(([list, at]) => [at, list])
  if (scored.length > 0) await redis.zadd(to, 'NX', ...scored)
  if (lives > 0) await redis.pexpire(to, lives)
  await redis.unlink(from)
}

/** The key's name in that schema. */
const nameFor = (prefix: string, id: string): string => `{${prefix}:shown-by:${id.charCodeAt(id.length - 1) % 4}}:${id}`

export const shownBy: Migration = {
  to: 3,
  what: 'moves notes of where articles are shown to the names they have now',
  // Older daemons write the old names; only edits of articles would miss those.
  isAdditive: true,

  async run(parts, isDry) {
    const { redis, keys, onProgress } = parts
    let found = 0
    let looked = 0
    for await (const page of scanKeys(redis, `*${keys.prefix}:shown-by:*`)) {
      const moved = page.flatMap(key => {
        const of = key.slice(key.lastIndexOf(':') + 1)
        const isOurs =
          key === `${keys.prefix}:shown-by:${of}` || key === `{${keys.prefix}:shown-by:${of.slice(-1)}}:${of}`
        const to = nameFor(keys.prefix, of)
        return of !== '' && isOurs && key !== to ? [[key, to] as const] : []
      })
      found += moved.length
      if (!isDry) await Promise.all(moved.map(([from, to]) => move(parts, from, to)))
      looked += page.length
      onProgress(looked)
    }
    return found
  },
}
