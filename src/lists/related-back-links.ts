/**
 * In whose related lists an article is shown, so that an edit of it can find them: nobody else could tell which of the many lists do.
 * Ten entries a list make this the most of what publishing related lists writes, so what is of one slot is noted in one call.
 */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'

const shownScript = loadScript(new URL('./related-back-links.lua', import.meta.url))

/** Lists of which it is remembered that they show an article: the latest. */
const MOST = 200

export interface RelatedBackLinks {
  /** @param ranked the article of each list, and those the list shows */
  note(lists: ReadonlyMap<ArticleId, readonly ArticleId[]>, now: number): Promise<void>
  /** Articles in whose related lists any of these is shown. */
  showing(ids: readonly ArticleId[]): Promise<readonly ArticleId[]>
}

/** Who is shown, and in which lists, by what stands in one slot. */
const bySlot = (
  lists: ReadonlyMap<ArticleId, readonly ArticleId[]>,
  keyOf: (shown: ArticleId) => { readonly slot: number; readonly key: string },
): Map<number, Map<string, ArticleId[]>> => {
  const slots = new Map<number, Map<string, ArticleId[]>>()
  for (const [list, ranked] of lists)
    for (const shown of ranked) {
      const { slot, key } = keyOf(shown)
      const keys = slots.get(slot) ?? new Map<string, ArticleId[]>()
      slots.set(slot, keys.set(key, [...(keys.get(key) ?? []), list]))
    }
  return slots
}

/** @param lives ms: as long as articles */
export const createRelatedBackLinks = ({
  redis,
  keys,
  lives,
}: {
  redis: Redis
  keys: Keys
  lives: () => number
}): RelatedBackLinks => ({
  async note(lists, now) {
    const keyOf = (shown: ArticleId) => ({ slot: keys.relatedBackLinksSlot(shown), key: keys.relatedBackLinks(shown) })
    await Promise.all(
      [...bySlot(lists, keyOf).values()].map(shown =>
        runScript(
          redis,
          shownScript,
          [...shown.keys()],
          [now, MOST, lives(), ...[...shown.values()].flatMap(ids => [ids.length, ...ids])],
        ),
      ),
    )
  },

  async showing(ids) {
    const lists = await Promise.all(ids.map(id => redis.zrange(keys.relatedBackLinks(id), 0, '-1')))
    return [...new Set(lists.flat())] as ArticleId[] // noted above
  },
})
