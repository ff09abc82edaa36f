/** What of an article its story is decided by: its terms, and a hash of its title. (pure) */

import { createHash } from 'node:crypto'
import type { Article, ArticleId } from '../article/article.ts'
import { foldWords } from '../article/sections.ts'
import type { SourceId } from '../sources/source.ts'
import { STOPWORDS } from './stopwords.ts'

export interface Features {
  readonly id: ArticleId
  readonly source: SourceId
  /** Primary language subtag: stories never mix languages. */
  readonly language: string
  readonly titleHash: string
  /** Terms of the title, in order, with repeats. */
  readonly title: readonly string[]
  /** Terms of the summary, in order, with repeats. */
  readonly summary: readonly string[]
  /** ms since the epoch. */
  readonly publishedAt: number
}

/** What is decided by; a longer title or summary adds nothing. */
const MOST_TITLE_TERMS = 30
const MOST_SUMMARY_TERMS = 60

const segmenters = new Map<string, Intl.Segmenter>()
const segmenterFor = (language: string): Intl.Segmenter => {
  const known = segmenters.get(language)
  if (known) return known
  const made = new Intl.Segmenter(language, { granularity: 'word' })
  segmenters.set(language, made)
  return made
}

/** Written without spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}]/u

/** Plural and possessive endings off, so that `storms` meets `storm`: as much stemming as helps without a language's rules. */
const stem = (word: string): string =>
  word.length > 4 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word

/** Terms of a text: folded words without stopwords; words of unspaced scripts as the platform segments them. */
export const termsOf = (text: string, language: string): string[] => {
  const words = UNSPACED.test(text)
    ? [...segmenterFor(language).segment(text.slice(0, 2_000))]
        .filter(part => part.isWordLike)
        .map(part => foldWords(part.segment))
    : foldWords(text.slice(0, 2_000)).split(' ')
  const stop = STOPWORDS[language] ?? STOPWORDS.en
  return words
    .filter(word => word !== '' && (word.length > 1 || UNSPACED.test(word) || /\d/.test(word)) && !stop?.has(word))
    .map(stem)
}

export const featuresOf = (article: Article): Features => {
  const language = article.language.split('-')[0]?.toLowerCase() ?? 'en'
  return {
    id: article.id,
    source: article.sources[0] ?? ('' as SourceId), // an article always has the source that brought it
    language,
    titleHash: createHash('sha256').update(foldWords(article.title)).digest('base64url').slice(0, 12),
    title: termsOf(article.title, language).slice(0, MOST_TITLE_TERMS),
    summary: termsOf(article.summary, language).slice(0, MOST_SUMMARY_TERMS),
    publishedAt: article.publishedAt,
  }
}
