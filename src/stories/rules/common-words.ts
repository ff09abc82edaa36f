/**
 * How common words are before a stream has told: an article has the word of rank r with a probability of about 2 / r (Zipf), so that
 * "minister" says little from the first article on and a name much. English alone; of other languages nothing is known beforehand. (pure)
 */

import { ENGLISH_WORDS } from './english-words.ts'
import { stem, type Term, termOf } from './features.ts'
import type { HashKey } from './term-hash.ts'

const AT_FIRST = 2
/** The first words are rarer than the rule says, and mostly stopwords. */
const SHIFT = 20
/** An English word that is none of the most frequent. */
const RARE = 7e-5

/** @returns probability that an article has the term; null where nothing is known */
export type Usual = (term: Term, language: string) => number | null

/** English, and where no language is told. */
const LANGUAGES: readonly string[] = ['en', '']

export const usualIn = (key: HashKey): Usual => {
  const known = new Map<Term, number>()
  for (const [rank, word] of ENGLISH_WORDS.entries()) {
    if (word === '.') continue
    for (const language of LANGUAGES) {
      const term = termOf(stem(word), language, key)
      known.set(term, (known.get(term) ?? 0) + AT_FIRST / (rank + SHIFT))
    }
  }
  return (term, language) => (LANGUAGES.includes(language) ? (known.get(term) ?? RARE) : null)
}
