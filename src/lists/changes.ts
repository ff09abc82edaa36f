/**
 * The log of what changed in the archive, so that a process may keep what it has read and still never rank what is out of date: whoever
 * writes articles or stories notes them here afterwards, whoever keeps them forgets what was noted before it ranks.
 */

import type { Redis } from 'ioredis'
import type { ArticleId, StoryId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'

const MOST = 2_000
const PAGE = 1_000
export const BEGINNING = '0-0'

export interface Noted {
  readonly articles: readonly ArticleId[]
  readonly stories: readonly StoryId[]
}

export interface Changes {
  note(noted: Noted): Promise<void>
  /**
   * What was noted after `last`.
   * @returns the id to go on from, and what changed; `lost` where the log no longer tells all of it
   */
  since(last: string): Promise<{ readonly last: string; readonly noted: Noted; readonly lost: boolean }>
}

const split = (text: string | undefined): string[] => (text ? text.split(' ') : [])

export const createChanges = ({ redis, keys }: { redis: Redis; keys: Keys }): Changes => {
  const key = keys.changes()
  return {
    async note({ articles, stories }) {
      if (articles.length + stories.length === 0) return
      await redis.xadd(key, 'MAXLEN', '~', MOST, '*', 'articles', articles.join(' '), 'stories', stories.join(' '))
    },

    async since(from) {
      const articles: ArticleId[] = []
      const stories: StoryId[] = []
      let last = from
      let lost = false
      for (;;) {
        // From the last one itself: where it is gone, others may be gone with it.
        const page = await redis.xrange(key, last === BEGINNING ? '-' : last, '+', 'COUNT', PAGE)
        if (last !== BEGINNING && page[0]?.[0] !== last) lost = true
        for (const [id, [, changedArticles, , changedStories]] of page) {
          if (id === last) continue
          articles.push(...(split(changedArticles) as ArticleId[])) // noted above
          stories.push(...(split(changedStories) as StoryId[]))
        }
        const end = page.at(-1)?.[0]
        if (end === undefined) return { last: BEGINNING, noted: { articles, stories }, lost }
        last = end
        if (page.length < PAGE) return { last, noted: { articles, stories }, lost }
      }
    },
  }
}
