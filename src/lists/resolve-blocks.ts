/** What blocks mean by now: an article is known by another id, a story became part of another, and what is kept off stays off. */

import type { ArticleStore } from '../articles/store.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import type { Override } from './overrides.ts'

/**
 * Placements with what they name as it is called now, beside what it was called when they were made.
 * @param placements in force
 */
export const resolveBlocks = async (
  placements: readonly Override[],
  archive: Pick<ArticleStore, 'resolve' | 'resolveStories'>,
): Promise<readonly Override[]> => {
  const blocks = placements.filter(({ kind }) => kind === 'block')
  if (blocks.length === 0) return placements
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
  return [...placements, ...moved]
}
