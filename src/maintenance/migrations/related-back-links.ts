/** In whose related lists an article is shown stood under other names twice; edits of articles of before would not find those lists. */

import { scanKeys } from '../../redis/scan.ts'
import type { Migration, MigrationParts } from './migration.ts'

/** Carries one over; what was noted of it under its new name meanwhile stays. It is taken away last, so that nothing is lost half-way. */
const move = async ({ redis }: MigrationParts, from: string, to: string): Promise<void> => {
  const [flat, lives] = await Promise.all([redis.zrange(from, 0, '-1', 'WITHSCORES'), redis.pttl(from)])
  const scored = flat.flatMap((list, at) => (at % 2 === 0 ? [flat[at + 1] ?? '0', list] : []))
  if (scored.length > 0) await redis.zadd(to, 'NX', ...scored)
  if (lives > 0) await redis.pexpire(to, lives)
  await redis.unlink(from)
}

/** The name of its time. */
const nameFor = (prefix: string, id: string): string => `{${prefix}:shown-by:${id.charCodeAt(id.length - 1) % 4}}:${id}`

export const shownBy: Migration = {
  to: 3,
  what: 'moves notes of where articles are shown to the names they have now',
  // Daemons of before note under the old names, and only edits of articles would miss them.
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
