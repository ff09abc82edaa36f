/**
 * The log of changed articles and stories, which keeps the candidate caches of all processes up to date: a process that
 * writes articles or stories logs them here afterwards, and each cache drops what the log names before lists are
 * ranked.
 */

import type { Ingested } from '../articles/store.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import type { Store } from '../redis/store.ts'

const MAX_CHANGES = 2_000
const PAGE = 1_000
export const BEGINNING = '0-0'

export interface Noted {
  readonly articles: readonly ArticleId[]
  readonly stories: readonly StoryId[]
}

export interface Changes {
  note(noted: Noted): Promise<void>
  /** Notes all that a batch, a merge or a split changed: articles that moved, and ids that became aliases, as well. */
  noteIngested(ingested: Pick<Ingested, 'articles' | 'moved' | 'aliases' | 'stories'>): Promise<void>
  /**
   * What was noted after `last`.
   * @returns the id to go on from, and what changed; `lost` if the log was trimmed in between
   */
  since(last: string): Promise<{ readonly last: string; readonly noted: Noted; readonly lost: boolean }>
}

const split = (text: string | undefined): string[] => (text ? text.split(' ') : [])

export const createChanges = ({ redis, keys }: Store): Changes => {
  const key = keys.changes()
  const note: Changes['note'] = async ({ articles, stories }) => {
    if (articles.length + stories.length === 0) return
    const fields = ['articles', articles.join(' '), 'stories', stories.join(' ')]
    await redis.xadd(key, 'MAXLEN', '~', MAX_CHANGES, '*', ...fields)
  }
  return {
    note,
    noteIngested: ({ articles, moved, aliases, stories }) =>
      note({ articles: [...new Set([...articles, ...moved, ...aliases])], stories }),

    async since(from) {
      const articles: ArticleId[] = []
      const stories: StoryId[] = []
      let last = from
      // Before the first entry was read, it cannot be told whether others were trimmed.
      let lost = from === BEGINNING
      for (;;) {
        // Starts at the last entry read: if that was trimmed, later ones may be gone too.
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
