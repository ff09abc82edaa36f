/** Resolves blocks to current ids: articles get other ids and stories are merged, and what is blocked stays blocked. */

import type { ArticleStore } from '../articles/store.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import type { Override } from './overrides.ts'

/**
 * Adds, to blocks of ids that have changed, blocks of the current ids.
 * @param overrides in force
 */
export const resolveBlocks = async (
  overrides: readonly Override[],
  archive: Pick<ArticleStore, 'resolve' | 'resolveStories'>,
): Promise<readonly Override[]> => {
  const blocks = overrides.filter(({ kind }) => kind === 'block')
  if (blocks.length === 0) return overrides
  const named = [...new Set(blocks.map(({ what }) => what))]
  const [articles, stories] = await Promise.all([
    archive.resolve(named as ArticleId[]), // looked up
    archive.resolveStories(named as StoryId[]), // looked up
  ])
  const now = new Map(named.map((what, index) => [what, articles[index] ?? stories[index] ?? what]))
  const moved = blocks.flatMap(block => {
    const what = now.get(block.what) ?? block.what
    return what === block.what ? [] : [{ ...block, what }]
  })
  return [...overrides, ...moved]
}
