/**
 * Finds candidates for reprints by fingerprints: hashes of runs of three words, of which one in each window of four is
 * kept (Schleimer, Wilkerson, Aiken, Winnowing: local algorithms for document fingerprinting, SIGMOD 2003).
 */

import { createIntMap } from '../../util/int-map.ts'
import { type Savable, savedTogether } from '../../util/savable.ts'
import type { Blocks } from './blocks.ts'
import type { Features, Term } from './features.ts'
import { createRings } from './rings.ts'

const RUN = 3
const WINDOW = 4
/** A run in more originals than this is boilerplate, such as "follow our live coverage". */
const BOILERPLATE = 8

type Text = Pick<Features, 'title' | 'summary'>

const hashRuns = (terms: readonly Term[]): number[] => {
  const runs: number[] = []
  for (let index = 0; index + RUN <= terms.length; index += 1) {
    let hash = 0x811c9dc5 | 0
    for (let each = index; each < index + RUN; each += 1)
      hash = Math.imul(hash ^ (terms[each] ?? 0), 0x01000193) ^ (hash >>> 13)
    runs.push(hash)
  }
  return runs
}

export const computePrints = ({ title, summary }: Text): Set<number> => {
  const prints = new Set<number>()
  for (const runs of [hashRuns(title), hashRuns(summary)])
    for (let index = 0; index < runs.length && (index === 0 || index + WINDOW <= runs.length); index += 1) {
      let least = runs[index] as number // below its length, as below
      for (let each = index + 1; each < index + WINDOW && each < runs.length; each += 1)
        least = Math.min(least, runs[each] as number)
      prints.add(least)
    }
  return prints
}

export interface Prints {
  /** @param slot number of the article */
  add(text: Text, slot: number): void
  forget(text: Text, slot: number): void
  /** @returns numbers of articles that share fingerprints, most shared first */
  alike(text: Text, limit: number): number[]
  /** Without the blocks. */
  readonly saved: Savable
}

export const createPrints = (blocks: Blocks): Prints => {
  const lists = createIntMap()
  const holders = createRings(blocks, BOILERPLATE + 1)
  return {
    saved: savedTogether({ lists: lists.saved, holders: holders.saved }),
    add(text, slot) {
      for (const print of computePrints(text)) {
        let list = lists.get(print)
        if (list < 0) {
          list = holders.open()
          lists.set(print, list)
        }
        holders.add(list, slot)
      }
    },
    forget(text, slot) {
      for (const print of computePrints(text)) {
        const list = lists.get(print)
        if (list < 0) continue
        holders.remove(list, slot)
        if (holders.sizeOf(list) > 0) continue
        lists.delete(print)
        holders.close(list)
      }
    },
    alike(text, limit) {
      const shared = new Map<number, number>()
      for (const print of computePrints(text)) {
        const list = lists.get(print)
        if (list < 0 || holders.sizeOf(list) > BOILERPLATE) continue
        for (let index = 0; index < holders.sizeOf(list); index += 1) {
          const slot = holders.valueAt(list, index)
          shared.set(slot, (shared.get(slot) ?? 0) + 1)
        }
      }
      return [...shared]
        .sort(([a, x], [b, y]) => y - x || a - b)
        .slice(0, limit)
        .map(([slot]) => slot)
    },
  }
}
