/**
 * How frequent words are in general, before the stream has shown its own: an article contains the word of rank r with a
 * probability of about 2 / r (Zipf), so that "minister" says little and a name much from the first article on.
 */

import { frequentWords } from '../../languages/background.ts'
import { reduceWord } from '../../languages/segment.ts'
import { createIntMap, type IntMap } from '../../util/int-map.ts'
import { hashTerm, type Term } from './features.ts'
import type { HashKey } from './term-hash.ts'

const ZIPF_FACTOR = 2
/** Added to ranks, since the most frequent words are rarer than Zipf's law says, and mostly stopwords. */
const SHIFT = 20
/** Probability of a word that is not listed, and of any word of a language without a list. */
const UNLISTED = 7e-5
const UNKNOWN_LANGUAGE = 2e-4
/** Probabilities are kept as whole numbers of this. */
const UNIT = 1e-9

/** @returns the probability that any article contains the term */
export type Prior = (term: Term, language: string) => number

/** Tables depend on nothing but the key and the language, so all clusterers of a process share those of the latest key. */
let latest = { key: [0, 0] as HashKey, tables: new Map<string, IntMap>() }

const tablesFor = (key: HashKey): Map<string, IntMap> => {
  if (key[0] !== latest.key[0] || key[1] !== latest.key[1]) latest = { key, tables: new Map() }
  return latest.tables
}

/** @param key the key with which terms are hashed. The list of a language is read at its first term: some 50 ms */
export const createPrior = (key: HashKey): Prior => {
  const tables = tablesFor(key)
  const tableOf = (language: string): IntMap => {
    const known = tables.get(language)
    if (known) return known
    const made = createIntMap()
    for (const [rank, word] of frequentWords(language).entries()) {
      const reduced = reduceWord(word, language, true)
      if (reduced === '') continue
      const term = hashTerm(reduced, language, key)
      made.set(term, Math.max(0, made.get(term)) + Math.round(ZIPF_FACTOR / (rank + SHIFT) / UNIT))
    }
    tables.set(language, made)
    return made
  }
  return (term, language) => {
    const table = tableOf(language)
    const found = table.get(term)
    return found >= 0 ? found * UNIT : table.size > 0 ? UNLISTED : UNKNOWN_LANGUAGE
  }
}
