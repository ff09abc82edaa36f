/** The table of terms: how common each one is, and which stories have it. */

import { createIntMap } from '../../util/int-map.ts'
import { type Savable, savedNumbers, savedRows, savedTogether } from '../../util/savable.ts'
import type { Blocks } from './blocks.ts'
import type { Prior } from './common-words.ts'
import type { Term } from './features.ts'
import { commonnessOf, type Relatedness, rarity } from './relatedness.ts'
import { createRings } from './rings.ts'

/** Maximum number of stories listed for a term: the latest. A term of more stories is no help in finding one. */
const HOLDERS = 256

export interface TermTable {
  /** nats: how rare the term is, by the articles counted so far and its general frequency */
  rarityOf(term: Term, language: string): number
  /** Records how many of a story's articles had the term before, and have it after a change. */
  count(term: Term, language: string, slot: number, before: number, after: number): void
  /** Records how many articles a story had before, and has after a change. */
  resize(before: number, after: number): void
  /** @returns the list of a term's latest stories; -1 if none has it */
  find(term: Term): number
  sizeOf(list: number): number
  /** @returns the slot of a story */
  holderAt(list: number, index: number): number
  /** Does not include the blocks, which their owner saves. */
  readonly saved: Savable
}

export const createTermTable = (blocks: Blocks, prior: Prior, rule: Relatedness): TermTable => {
  const lists = createIntMap()
  const holders = createRings(blocks, HOLDERS)
  // By list: how common its term is, in thousandths; the number of its stories; its general frequency.
  let common = new Float64Array(1_024)
  let stories = new Int32Array(1_024)
  let general = new Float32Array(1_024)
  let all = 0

  const open = (term: Term, language: string): number => {
    const list = holders.open()
    if (list >= common.length) {
      const [old, oldStories, oldGeneral] = [common, stories, general]
      const length = Math.ceil(old.length * 1.5)
      ;[common, stories, general] = [new Float64Array(length), new Int32Array(length), new Float32Array(length)]
      common.set(old)
      stories.set(oldStories)
      general.set(oldGeneral)
    }
    common[list] = 0
    stories[list] = 0
    general[list] = prior(term, language)
    lists.set(term, list)
    return list
  }

  return {
    rarityOf(term, language) {
      const list = lists.get(term)
      return list < 0
        ? rarity(0, all, Math.fround(prior(term, language)), rule)
        : rarity(common[list] as number, all, general[list] as number, rule) // an open list, here and below
    },
    count(term, language, slot, before, after) {
      const known = lists.get(term)
      const list = known < 0 ? open(term, language) : known
      common[list] = (common[list] as number) + commonnessOf(after) - commonnessOf(before)
      if (before === 0) {
        stories[list] = (stories[list] as number) + 1
        holders.add(list, slot)
      } else if (after === 0) {
        stories[list] = (stories[list] as number) - 1
        holders.remove(list, slot)
        if (stories[list] !== 0) return
        lists.delete(term)
        holders.close(list)
      }
    },
    resize(before, after) {
      all += commonnessOf(after) - commonnessOf(before)
    },
    find: lists.get,
    sizeOf: holders.sizeOf,
    holderAt: holders.valueAt,
    saved: savedTogether({
      lists: lists.saved,
      holders: holders.saved,
      common: savedNumbers(
        Float64Array,
        () => common,
        restored => {
          common = restored
        },
      ),
      stories: savedNumbers(
        Int32Array,
        () => stories,
        restored => {
          stories = restored
        },
      ),
      general: savedNumbers(
        Float32Array,
        () => general,
        restored => {
          general = restored
        },
      ),
      all: savedRows(
        () => [all],
        restored => {
          all = restored
        },
      ),
    }),
  }
}
