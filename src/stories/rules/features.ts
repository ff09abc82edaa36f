/** Extracts the features of an article that clustering uses: its terms as numbers, and a hash of its title. */

import { createHash } from 'node:crypto'
import type { Article, ArticleId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import { foldWords } from '../../sections/sections.ts'
import { STOPWORDS } from './stopwords.ts'
import { type HashKey, hashText, OPEN_KEY } from './term-hash.ts'

/** A word and its language hashed to 32 bits, so that languages do not match each other; odd if it contains a digit. */
export type Term = number

export interface Features {
  readonly id: ArticleId
  /** Empty if unknown. */
  readonly source: SourceId | ''
  /** Primary language subtag: stories never mix languages. */
  readonly language: string
  readonly titleHash: string
  /** Terms of the title, in order, with repeats. */
  readonly title: readonly Term[]
  /** Terms of the summary, in order, with repeats. */
  readonly summary: readonly Term[]
  /** ms since the epoch; null if unknown. */
  readonly publishedAt: number | null
}

/** The fields of an article that features are extracted from. */
export interface StoryInput {
  readonly id: ArticleId
  readonly title: string
  readonly summary: string
  readonly language: string
  readonly source: SourceId | ''
  readonly publishedAt: number | null
}

/** Terms and characters beyond these are ignored. */
const MAX_TITLE_TERMS = 30
const MAX_SUMMARY_TERMS = 60
const MAX_CHARACTERS = 2_000

const segmenters = new Map<string, Intl.Segmenter>()
const segmenterFor = (language: string): Intl.Segmenter => {
  const known = segmenters.get(language)
  if (known) return known
  const made = new Intl.Segmenter(Intl.Segmenter.supportedLocalesOf([language]), { granularity: 'word' })
  segmenters.set(language, made)
  return made
}

/** Scripts without spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}]/u

/** Removes a final s, so that `storms` matches `storm`: as much stemming as helps without rules for each language. */
export const stem = (word: string): string =>
  word.length > 4 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word

/** Splits a text into folded words without stopwords; words of unspaced scripts as `Intl.Segmenter` finds them. */
export const splitTerms = (text: string, language: string): string[] => {
  const words = UNSPACED.test(text)
    ? [...segmenterFor(language).segment(text.slice(0, MAX_CHARACTERS))]
        .filter(part => part.isWordLike)
        .map(part => foldWords(part.segment))
    : foldWords(text.slice(0, MAX_CHARACTERS)).split(' ')
  const stop = STOPWORDS[language] ?? STOPWORDS.en
  return words
    .filter(word => word !== '' && (word.length > 1 || UNSPACED.test(word) || /\d/.test(word)) && !stop?.has(word))
    .map(stem)
}

/**
 * Hashes a word. The lowest bit says whether it contains a digit. In a day's news of about a hundred thousand distinct
 * words, a handful collide by chance, which is harmless since one word alone never makes a story.
 */
export const hashTerm = (word: string, language: string, key: HashKey): Term => {
  const hash = hashText(`${language} ${word}`, key)
  return /\d/.test(word) ? hash | 1 : hash & ~1
}

export const hasDigit = (term: Term): boolean => (term & 1) === 1

/** Hashes the folded title, to find identical titles. */
const hashTitle = (title: string): string =>
  createHash('sha256').update(foldWords(title)).digest('base64url').slice(0, 12)

/**
 * @param input its language may be empty; English stopwords then apply, and it matches only others without a language
 * @param key   key of the installation; features of different keys do not match
 */
export const extractFeatures = (
  { id, title, summary, language, source, publishedAt }: StoryInput,
  key: HashKey = OPEN_KEY,
): Features => {
  const primary = language.split('-')[0]?.toLowerCase() ?? ''
  const terms = (text: string, limit: number): Term[] =>
    splitTerms(text, primary === '' ? 'en' : primary)
      .slice(0, limit)
      .map(word => hashTerm(word, primary, key))
  return {
    id,
    source,
    language: primary,
    titleHash: hashTitle(title),
    title: terms(title, MAX_TITLE_TERMS),
    summary: terms(summary, MAX_SUMMARY_TERMS),
    publishedAt,
  }
}

export const toStoryInput = (article: Article): StoryInput => ({
  id: article.id,
  title: article.title,
  summary: article.summary,
  language: article.language,
  source: article.sources[0] ?? '',
  publishedAt: article.publishedAt,
})

/** Distinct terms of title and summary, smallest first. */
export const distinctTerms = ({ title, summary }: Pick<Features, 'title' | 'summary'>): Int32Array => {
  const terms = new Int32Array(title.length + summary.length)
  terms.set(title)
  terms.set(summary, title.length)
  terms.sort()
  let distinct = 0
  for (let index = 0; index < terms.length; index += 1)
    if (index === 0 || terms[index] !== terms[distinct - 1]) {
      terms[distinct] = terms[index] as Term // below its length
      distinct += 1
    }
  return terms.subarray(0, distinct)
}
