/** Finds the article that a new one repeats: under the same title of its source, or as another publisher's copy. */

import type { ArticleId } from '../../domain/article.ts'
import type { Blocks } from './blocks.ts'
import type { Features } from './features.ts'
import { createPrints } from './fingerprints.ts'
import { type Journal, setNoted } from './journal.ts'
import { featuresOf } from './kept.ts'
import { isRepeat, msApart } from './repeat.ts'
import { isReprint } from './reprint.ts'
import type { Kept } from './story.ts'

const MAX_CANDIDATES = 5

const titleKey = ({ source, titleHash }: Pick<Features, 'source' | 'titleHash'>): string => `${source} ${titleHash}`

export interface Originals {
  /** @param window ms: how long a title is the same article */
  findRepeat(features: Features, at: number, window: number): Kept | undefined
  findOriginal(features: Features): Kept | undefined
  add(features: Features, kept: Kept): void
  forget(features: Features, kept: Kept): void
}

/** @param bySlot the articles kept, by number */
export const createOriginals = (
  blocks: Blocks,
  journal: Journal,
  bySlot: readonly (Kept | undefined)[],
  find: (id: ArticleId) => Kept | undefined,
): Originals => {
  const prints = createPrints(blocks)
  const titles = new Map<string, ArticleId>()
  return {
    findRepeat(features, at, window) {
      if (features.source === '') return undefined
      const id = titles.get(titleKey(features))
      const before = id === undefined ? undefined : find(id)
      if (!before) return undefined
      const told = featuresOf(blocks, before)
      const apart = msApart(features, told, at - before.loggedAt)
      return apart <= window && isRepeat(features, told, apart) ? before : undefined
    },
    findOriginal(features) {
      for (const slot of prints.alike(features, MAX_CANDIDATES)) {
        const other = bySlot[slot]
        if (other && isReprint(features, featuresOf(blocks, other))) return other
      }
      return undefined
    },
    add(features, kept) {
      setNoted(journal, titles, titleKey(features), kept.id)
      prints.add(features, kept.slot)
      journal.note(() => prints.forget(features, kept.slot))
    },
    forget(features, kept) {
      if (titles.get(titleKey(features)) === kept.id) titles.delete(titleKey(features))
      prints.forget(features, kept.slot)
    },
  }
}
