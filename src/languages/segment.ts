/**
 * Splits texts into words: at spaces and punctuation, and in scripts without spaces by `Intl.Segmenter`. Reduces words
 * to a form that texts about the same thing share: folded, stemmed, without stopwords.
 */

import { createLruCache, type LruCache } from '../util/lru.ts'
import { foldWords } from '../util/words.ts'
import { stemmerFor } from './stem.ts'
import { stopwordsOf } from './stopwords.ts'

/** Characters of a text that are read; the rest would add nothing. */
const MAX_CHARACTERS = 2_000

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}]/u
const WORDS = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu
/** What separates the thousands of a number: `1,500`, `1.500` and `1 500` are one word. */
const THOUSANDS = /(?<=\d)[.,'’\u00a0\u202f](?=\d{3}(?!\d))/g
/** English endings after an apostrophe, which are dropped: `mayor's`, `don't`. */
const CONTRACTED = /(?<=\p{L})['’](?:s|t|re|ve|ll|d|m)(?![\p{L}\p{N}])/gu

const segmenters = new Map<string, Intl.Segmenter>()
const segmenterFor = (language: string): Intl.Segmenter => {
  const known = segmenters.get(language)
  if (known) return known
  const made = new Intl.Segmenter(Intl.Segmenter.supportedLocalesOf(language || 'en'), { granularity: 'word' })
  segmenters.set(language, made)
  return made
}

/**
 * @param language primary subtag, or empty
 * @returns the words of a text in order, lower case, with accents; `mayor's` is `mayor` in English
 */
export const splitText = (text: string, language: string): string[] => {
  let lower = text.slice(0, MAX_CHARACTERS).replace(THOUSANDS, '').normalize('NFKC').toLowerCase()
  if (language === 'en') lower = lower.replace(CONTRACTED, '')
  if (!UNSPACED.test(lower)) return lower.match(WORDS) ?? []
  return [...segmenterFor(language).segment(lower)].filter(part => part.isWordLike).map(part => part.segment)
}

/** Words whose reduced form is cached, for each language with and without stems; at most twice as many are held. */
const MAX_CACHED = 10_000
const MAX_CACHED_LENGTH = 40

type Kept = LruCache<string, string>
const kept = new Map<string, Kept>()
const keptOf = (language: string, stems: boolean): Kept => {
  const key = `${language} ${stems}`
  const known = kept.get(key)
  if (known) return known
  const made = createLruCache<string, string>(MAX_CACHED)
  kept.set(key, made)
  return made
}

/**
 * @param word lower case, with accents, as `splitText` and `frequentWords` have them
 * @returns the folded word, or its stem; empty for a stopword or a single letter
 */
export const reduceWord = (word: string, language: string, stems: boolean): string => {
  const folded = foldWords(word)
  if (stopwordsOf(language).has(folded)) return ''
  if (folded.length === 1 && !UNSPACED.test(folded) && !/\p{N}/u.test(folded)) return ''
  const stem = stems ? stemmerFor(language) : null
  return stem === null ? folded : foldWords(stem(word))
}

/** `reduceWord` with a cache of the latest words. */
export const reducer = (language: string, stems: boolean): ((word: string) => string) => {
  const known = keptOf(language, stems)
  return word => {
    const found = known.get(word)
    if (found !== undefined) return found
    const reduced = reduceWord(word, language, stems)
    if (word.length <= MAX_CACHED_LENGTH) known.set(word, reduced)
    return reduced
  }
}

/**
 * @param language primary subtag, or empty: then there are neither stopwords nor stems
 * @param stems    whether to cut endings, so that forms of a word match
 * @returns the words that tell texts apart, in order: folded as by `foldWords`, without stopwords and single letters
 */
export const tellingWords = (text: string, language: string, stems = false): string[] => {
  const reduce = reducer(language, stems)
  const words: string[] = []
  for (const word of splitText(text, language)) {
    const reduced = reduce(word)
    if (reduced !== '') words.push(reduced)
  }
  return words
}
