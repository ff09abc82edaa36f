/**
 * Related back-links: the articles whose related lists show an article, so that an edit of it can find those lists.
 * With ten entries a list, this is most of what publishing related lists writes, so keys of one slot are written in one
 * call.
 */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'

const shownScript = loadScript(new URL('./related-back-links.lua', import.meta.url))

/** Most lists remembered per article; the latest are kept. */
const MAX_LISTS = 200

export interface RelatedBackLinks {
  /** @param ranked the article of each list, and those the list shows */
  note(lists: ReadonlyMap<ArticleId, readonly ArticleId[]>, now: number): Promise<void>
  /** Articles in whose related lists any of these is shown. */
  showing(ids: readonly ArticleId[]): Promise<readonly ArticleId[]>
}

/** Groups articles by hash slot, each with the lists that show it. */
const bySlot = (
  lists: ReadonlyMap<ArticleId, readonly ArticleId[]>,
  buildKey: (shown: ArticleId) => { readonly slot: number; readonly key: string },
): Map<number, Map<string, ArticleId[]>> => {
  const slots = new Map<number, Map<string, ArticleId[]>>()
  for (const [list, ranked] of lists)
    for (const shown of ranked) {
      const { slot, key } = buildKey(shown)
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
    const buildKey = (shown: ArticleId) => ({
      slot: keys.relatedBackLinksSlot(shown),
      key: keys.relatedBackLinks(shown),
    })
    await Promise.all(
      [...bySlot(lists, buildKey).values()].map(shown =>
        runScript(
          redis,
          shownScript,
          [...shown.keys()],
          [now, MAX_LISTS, lives(), ...[...shown.values()].flatMap(ids => [ids.length, ...ids])],
        ),
      ),
    )
  },

  async showing(ids) {
    const lists = await Promise.all(ids.map(id => redis.zrange(keys.relatedBackLinks(id), 0, '-1')))
    return [...new Set(lists.flat())] as ArticleId[] // noted above
  },
})
