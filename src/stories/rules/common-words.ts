/**
 * Prior frequencies of words, used before the stream has shown its own: an article contains the word of rank r with a
 * probability of about 2 / r (Zipf), so that "minister" is weak evidence and a name strong evidence from the first
 * article. For English only.
 */

import { ENGLISH_WORDS } from './english-words.ts'
import { hashTerm, stem, type Term } from './features.ts'
import type { HashKey } from './term-hash.ts'

const ZIPF_FACTOR = 2
/** Added to ranks, since the most frequent words are rarer than Zipf's law says, and mostly stopwords. */
const SHIFT = 20
/** Probability of an English word outside the frequency list. */
const RARE = 7e-5

/** @returns the prior probability that an article contains the term; null if unknown */
export type Prior = (term: Term, language: string) => number | null

/** English, and articles without a language. */
const LANGUAGES: readonly string[] = ['en', '']

export const createPrior = (key: HashKey): Prior => {
  const known = new Map<Term, number>()
  for (const [rank, word] of ENGLISH_WORDS.entries()) {
    if (word === '.') continue
    for (const language of LANGUAGES) {
      const term = hashTerm(stem(word), language, key)
      known.set(term, (known.get(term) ?? 0) + ZIPF_FACTOR / (rank + SHIFT))
    }
  }
  return (term, language) => (LANGUAGES.includes(language) ? (known.get(term) ?? RARE) : null)
}
