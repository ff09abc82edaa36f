/** What writing a story changed, and what follows from several such changes. (pure) */

import type { ArticleId, StoryId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'

/** A story's sections and time after a change, and the sections it was listed in before. */
export interface Placed {
  readonly story: StoryId
  /** When it was last news, ms since the epoch: its place in the indexes. null if the story no longer exists. */
  readonly newsAt: number | null
  readonly sections: readonly SectionId[]
  readonly before: readonly SectionId[]
  /** Number of its sources, and before the change. */
  readonly breadth: number
  readonly breadthBefore: number
}

/** What a merge or a split changed. */
export interface Moves {
  readonly placed: readonly Placed[]
  /** Articles whose story is another one now; after a crash half-way, all that may be. */
  readonly moved: readonly ArticleId[]
}

/** Collapses several changes of one story into its last, with the sections it was listed in before the first. */
export const collapseChanges = (placed: readonly Placed[]): Placed[] => {
  const last = new Map<StoryId, Placed>()
  for (const each of placed) {
    const { before, breadthBefore } = last.get(each.story) ?? each
    last.set(each.story, { ...each, before, breadthBefore })
  }
  return [...last.values()]
}

/** All sections that the changed stories are or were listed in. */
export const collectSections = (placed: readonly Placed[]): SectionId[] => [
  ...new Set(placed.flatMap(({ sections, before }) => [...sections, ...before])),
]
