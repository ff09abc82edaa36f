/**
 * Applies blocks from all lists to articles and stories: when a block begins or ends, and when blocked articles come
 * in.
 */

import type { WithholdChanges, Withholding } from '../articles/withhold.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import { EVERYWHERE, type Overrides } from '../lists/overrides.ts'

export interface BlockFollower {
  /**
   * @param only limits it to these new articles; by default all are checked, and those no longer blocked are restored
   */
  follow(only?: readonly ArticleId[]): Promise<WithholdChanges>
}

export interface BlocksParts {
  readonly editors: Pick<Overrides, 'inForce'>
  readonly withholding: Withholding
  /** ms since the epoch. */
  readonly now: () => number
}

/** Each pass after the first needs another override to begin or end while the one before ran. */
const MAX_PASSES = 10

export const createBlocks = ({ editors, withholding, now }: BlocksParts): BlockFollower => {
  const readBlocked = async (): Promise<readonly string[]> => {
    const blocked = (await editors.inForce(now())).filter(({ kind, list }) => kind === 'block' && list === EVERYWHERE)
    return [...new Set(blocked.map(({ what }) => what))]
  }
  return {
    async follow(only) {
      const [articles, stories] = [new Set<ArticleId>(), new Set<StoryId>()]
      let blocked = await readBlocked()
      for (let pass = 0; pass < MAX_PASSES; pass += 1) {
        const changes = await withholding.apply(blocked, now(), { ...(only ? { only } : {}), withheld: [...articles] })
        for (const id of changes.articles) articles.add(id)
        for (const id of changes.stories) stories.add(id)
        if (changes.articles.length === 0) break
        // A block that ended meanwhile, and was followed by another process, would stay in what was just written.
        const latest = await readBlocked()
        if (latest.join() === blocked.join()) break
        blocked = latest
      }
      return { articles: [...articles], stories: [...stories] }
    },
  }
}
