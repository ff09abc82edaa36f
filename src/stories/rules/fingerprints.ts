/**
 * Finds candidates for reprints by fingerprints: hashes of runs of three words, of which one in each window of four is
 * kept (Schleimer, Wilkerson, Aiken, Winnowing: local algorithms for document fingerprinting, SIGMOD 2003).
 */

import type { ArticleId } from '../../domain/article.ts'
import type { Features, Term } from './features.ts'
import { type Journal, setNoted } from './journal.ts'

const RUN = 3
const WINDOW = 4
/** A run in more originals than this is boilerplate, such as "follow our live coverage". */
const BOILERPLATE = 8

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

export const computePrints = ({ title, summary }: Pick<Features, 'title' | 'summary'>): Set<number> => {
  const prints = new Set<number>()
  for (const runs of [hashRuns(title), hashRuns(summary)]) {
    if (runs.length === 0) continue
    for (let index = 0; index === 0 || index + WINDOW <= runs.length; index += 1)
      prints.add(runs.slice(index, index + WINDOW).reduce((a, b) => Math.min(a, b)))
  }
  return prints
}

export interface Prints {
  add(features: Features): void
  forget(features: Features): void
  /** Articles that share fingerprints, most shared first. */
  alike(features: Features, limit: number): ArticleId[]
}

/** Most runs occur in only one original, which needs no list. */
type Holders = ArticleId | readonly ArticleId[]

const toList = (holders: Holders | undefined): readonly ArticleId[] =>
  holders === undefined ? [] : typeof holders === 'string' ? [holders] : holders

const fromList = (list: readonly ArticleId[]): Holders | undefined => (list.length > 1 ? list : list[0])

export const createPrints = (journal: Journal): Prints => {
  const originals = new Map<number, Holders>()
  return {
    add(features) {
      for (const print of computePrints(features)) {
        const holders = toList(originals.get(print))
        if (holders.length <= BOILERPLATE) setNoted(journal, originals, print, fromList([...holders, features.id]))
      }
    },
    forget(features) {
      for (const print of computePrints(features)) {
        const left = toList(originals.get(print)).filter(id => id !== features.id)
        setNoted(journal, originals, print, fromList(left))
      }
    },
    alike(features, limit) {
      const shared = new Map<ArticleId, number>()
      for (const print of computePrints(features)) {
        const holders = toList(originals.get(print))
        if (holders.length > BOILERPLATE) continue
        for (const id of holders) shared.set(id, (shared.get(id) ?? 0) + 1)
      }
      return [...shared]
        .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([id]) => id)
    },
  }
}
