/** What of an article its story is decided by: its terms as numbers, and a hash of its title. (pure) */

import { createHash } from 'node:crypto'
import type { Article, ArticleId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import { foldWords } from '../../sections/sections.ts'
import { STOPWORDS } from './stopwords.ts'
import { type HashKey, hashOf, OPEN_KEY } from './term-hash.ts'

/** A word as 32 bits, its language mixed in, so that languages never meet; odd where it holds a digit. */
export type Term = number

export interface Features {
  readonly id: ArticleId
  /** Empty where nobody is known to have told it. */
  readonly source: SourceId | ''
  /** Primary language subtag: stories never mix languages. */
  readonly language: string
  readonly titleHash: string
  /** Terms of the title, in order, with repeats. */
  readonly title: readonly Term[]
  /** Terms of the summary, in order, with repeats. */
  readonly summary: readonly Term[]
  /** ms since the epoch; null where it is not known. */
  readonly publishedAt: number | null
}

/** What features are taken from; an article is one. */
export interface Told {
  readonly id: ArticleId
  readonly title: string
  readonly summary: string
  readonly language: string
  readonly source: SourceId | ''
  readonly publishedAt: number | null
}

/** What is decided by; a longer title or summary adds nothing. */
const MOST_TITLE_TERMS = 30
const MOST_SUMMARY_TERMS = 60
const MOST_CHARACTERS = 2_000

const segmenters = new Map<string, Intl.Segmenter>()
const segmenterFor = (language: string): Intl.Segmenter => {
  const known = segmenters.get(language)
  if (known) return known
  const made = new Intl.Segmenter(Intl.Segmenter.supportedLocalesOf([language]), { granularity: 'word' })
  segmenters.set(language, made)
  return made
}

/** Written without spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}]/u

/** Plural and possessive endings off, so that `storms` meets `storm`: as much stemming as helps without a language's rules. */
export const stem = (word: string): string =>
  word.length > 4 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word

/** Terms of a text: folded words without stopwords; words of unspaced scripts as the platform segments them. */
export const termsOf = (text: string, language: string): string[] => {
  const words = UNSPACED.test(text)
    ? [...segmenterFor(language).segment(text.slice(0, MOST_CHARACTERS))]
        .filter(part => part.isWordLike)
        .map(part => foldWords(part.segment))
    : foldWords(text.slice(0, MOST_CHARACTERS)).split(' ')
  const stop = STOPWORDS[language] ?? STOPWORDS.en
  return words
    .filter(word => word !== '' && (word.length > 1 || UNSPACED.test(word) || /\d/.test(word)) && !stop?.has(word))
    .map(stem)
}

/**
 * The lowest bit says whether the word holds a digit. A day's news has some hundred thousand words: by chance a handful of them meet
 * another of the same hash, and one word alone makes no story.
 */
export const termOf = (word: string, language: string, key: HashKey): Term => {
  const hash = hashOf(`${language} ${word}`, key)
  return /\d/.test(word) ? hash | 1 : hash & ~1
}

export const hasDigit = (term: Term): boolean => (term & 1) === 1

/** Title, folded: what is left of it tells whether two are the same. */
const titleHashOf = (title: string): string =>
  createHash('sha256').update(foldWords(title)).digest('base64url').slice(0, 12)

/**
 * @param told its language may be empty: it is taken as English where words are left out, and meets only others without one
 * @param key of the installation; features of different keys never meet
 */
export const featuresOf = (
  { id, title, summary, language, source, publishedAt }: Told,
  key: HashKey = OPEN_KEY,
): Features => {
  const primary = language.split('-')[0]?.toLowerCase() ?? ''
  const terms = (text: string, most: number): Term[] =>
    termsOf(text, primary === '' ? 'en' : primary)
      .slice(0, most)
      .map(word => termOf(word, primary, key))
  return {
    id,
    source,
    language: primary,
    titleHash: titleHashOf(title),
    title: terms(title, MOST_TITLE_TERMS),
    summary: terms(summary, MOST_SUMMARY_TERMS),
    publishedAt,
  }
}

export const toldBy = (article: Article): Told => ({
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
