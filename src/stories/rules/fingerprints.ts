/**
 * Finds the articles whose text may be another's: runs of three words, thinned out so that any four in a row leave one
 * (Schleimer, Wilkerson, Aiken, Winnowing: local algorithms for document fingerprinting, SIGMOD 2003). (pure)
 */

import type { ArticleId } from '../../domain/article.ts'
import type { Features, Term } from './features.ts'
import { type Journal, setNoted } from './journal.ts'

const RUN = 3
const WINDOW = 4
/** A run in more originals than this is nobody's copy: "follow our live coverage". */
const BOILERPLATE = 8

const runsOf = (terms: readonly Term[]): number[] => {
  const runs: number[] = []
  for (let index = 0; index + RUN <= terms.length; index += 1) {
    let hash = 0x811c9dc5 | 0
    for (let each = index; each < index + RUN; each += 1)
      hash = Math.imul(hash ^ (terms[each] ?? 0), 0x01000193) ^ (hash >>> 13)
    runs.push(hash)
  }
  return runs
}

export const printsOf = ({ title, summary }: Pick<Features, 'title' | 'summary'>): Set<number> => {
  const prints = new Set<number>()
  for (const runs of [runsOf(title), runsOf(summary)]) {
    if (runs.length === 0) continue
    for (let index = 0; index === 0 || index + WINDOW <= runs.length; index += 1)
      prints.add(runs.slice(index, index + WINDOW).reduce((a, b) => Math.min(a, b)))
  }
  return prints
}

export interface Prints {
  add(features: Features): void
  forget(features: Features): void
  /** Articles sharing most prints first. */
  alike(features: Features, limit: number): ArticleId[]
}

/** Most runs stand in one original only, and need no list. */
type Having = ArticleId | readonly ArticleId[]

const listOf = (having: Having | undefined): readonly ArticleId[] =>
  having === undefined ? [] : typeof having === 'string' ? [having] : having

const shortestOf = (list: readonly ArticleId[]): Having | undefined => (list.length > 1 ? list : list[0])

export const createPrints = (journal: Journal): Prints => {
  const originals = new Map<number, Having>()
  return {
    add(features) {
      for (const print of printsOf(features)) {
        const having = listOf(originals.get(print))
        if (having.length <= BOILERPLATE) setNoted(journal, originals, print, shortestOf([...having, features.id]))
      }
    },
    forget(features) {
      for (const print of printsOf(features)) {
        const left = listOf(originals.get(print)).filter(id => id !== features.id)
        setNoted(journal, originals, print, shortestOf(left))
      }
    },
    alike(features, limit) {
      const shared = new Map<ArticleId, number>()
      for (const print of printsOf(features)) {
        const having = listOf(originals.get(print))
        if (having.length > BOILERPLATE) continue
        for (const id of having) shared.set(id, (shared.get(id) ?? 0) + 1)
      }
      return [...shared]
        .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([id]) => id)
    },
  }
}
