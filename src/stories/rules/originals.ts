/** Finds the article that a new one repeats: under the same title of its source, or as another publisher's copy. */

import type { SourceId } from '../../domain/source.ts'
import { createIntMap } from '../../util/int-map.ts'
import { type Savable, savedTogether } from '../../util/savable.ts'
import type { Blocks } from './blocks.ts'
import type { Features } from './features.ts'
import { createPrints } from './fingerprints.ts'
import type { Journal } from './journal.ts'
import { firstOfHash, hasTitle, splitHash, textsOf } from './kept.ts'
import { isRepeat, msApart } from './repeat.ts'
import { isReprint } from './reprint.ts'
import type { Slots } from './slots.ts'
import type { Kept } from './story.ts'

const MAX_CANDIDATES = 5

/** A title of a source, as 32 bits. */
const titleKey = (source: SourceId | '', firstOfTitle: number): number => {
  let key = firstOfTitle
  for (let index = 0; index < source.length; index += 1) key = Math.imul(key ^ source.charCodeAt(index), 0x01000193)
  return key
}

export interface Originals {
  /** @param window ms: how long a title is the same article */
  findRepeat(features: Features, at: number, window: number): Kept | undefined
  findOriginal(features: Features): Kept | undefined
  add(features: Features, kept: Kept): void
  forget(kept: Kept): void
  /** Without the blocks and the articles. */
  readonly saved: Savable
}

/** @param slots the articles of the window, by number */
export const createOriginals = (blocks: Blocks, journal: Journal, slots: Slots<Kept>): Originals => {
  const prints = createPrints(blocks)
  /** The latest article with each title, by its number. */
  const titles = createIntMap()
  return {
    saved: savedTogether({ prints: prints.saved, titles: titles.saved }),
    findRepeat(features, at, window) {
      if (features.source === '') return undefined
      const before = slots.get(titles.get(titleKey(features.source, splitHash(features.titleHash)[0])))
      if (before?.source !== features.source || !hasTitle(blocks, before, features.titleHash)) return undefined
      const told = textsOf(blocks, before)
      const apart = msApart(features, told, at - before.loggedAt)
      return apart <= window && isRepeat(features, told, apart) ? before : undefined
    },
    findOriginal(features) {
      for (const slot of prints.alike(features, MAX_CANDIDATES)) {
        const other = slots.get(slot)
        if (other && isReprint(features, textsOf(blocks, other))) return other
      }
      return undefined
    },
    add(features, kept) {
      const key = titleKey(features.source, splitHash(features.titleHash)[0])
      const before = titles.get(key)
      titles.set(key, kept.slot)
      prints.add(features, kept.slot)
      journal.note(() => {
        prints.forget(features, kept.slot)
        if (before < 0) titles.delete(key)
        else titles.set(key, before)
      })
    },
    forget(kept) {
      const texts = textsOf(blocks, kept)
      prints.forget(texts, kept.slot)
      const key = titleKey(kept.source, firstOfHash(blocks, kept))
      if (titles.get(key) === kept.slot) titles.delete(key)
    },
  }
}
