/** Extracts the features of an article that clustering uses: its terms as numbers, and a hash of its title. */

import { createHash } from 'node:crypto'
import type { Article, ArticleId } from '../../domain/article.ts'
import { primaryLanguage } from '../../domain/language.ts'
import type { SourceId } from '../../domain/source.ts'
import { reduceWord, splitText } from '../../languages/segment.ts'
import { createLruCache, type LruCache } from '../../util/lru.ts'
import { foldWords } from '../../util/words.ts'
import { textsToCompare } from './article-texts.ts'
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
  /** Terms of the address, where it is a headline. */
  readonly slug: readonly Term[]
  /** ms since the epoch; null if unknown. */
  readonly publishedAt: number | null
}

/** The features that are kept in memory as they are. */
export type Texts = Omit<Features, 'titleHash'>

/** The fields of an article that features are extracted from. */
export interface StoryInput {
  readonly id: ArticleId
  readonly title: string
  readonly summary: string
  /** Of the page; its address may carry the headline in full. */
  readonly url?: string
  readonly language: string
  readonly source: SourceId | ''
  readonly publishedAt: number | null
}

/** Terms beyond these are ignored. */
const MAX_TITLE_TERMS = 30
const MAX_SUMMARY_TERMS = 60
const MAX_SLUG_TERMS = 20

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

/** The terms of the latest words are kept, since cutting and hashing one takes longer than looking it up. */
const MAX_CACHED = 20_000
const MAX_CACHED_LENGTH = 40
const cached = new Map<string, LruCache<string, Term | null>>()

/** @returns the terms of a text in order; stopwords have none */
const termsIn = (language: string, key: HashKey): ((text: string, limit: number) => Term[]) => {
  const name = `${language} ${key[0]} ${key[1]}`
  const cache = cached.get(name) ?? createLruCache<string, Term | null>(MAX_CACHED)
  cached.set(name, cache)
  const toTerm = (word: string): Term | null => {
    const reduced = reduceWord(word, language, true)
    return reduced === '' ? null : hashTerm(reduced, language, key)
  }
  return (text, limit) => {
    const terms: Term[] = []
    for (const word of splitText(text, language)) {
      let term = cache.get(word)
      if (term === undefined) {
        term = toTerm(word)
        if (word.length <= MAX_CACHED_LENGTH) cache.set(word, term)
      }
      if (term !== null && terms.push(term) === limit) break
    }
    return terms
  }
}

/**
 * @param input its language may be empty: it then has no stopwords, and matches only others without a language
 * @param key   key of the installation; features of different keys do not match
 */
export const extractFeatures = (input: StoryInput, key: HashKey = OPEN_KEY): Features => {
  const { id, source, publishedAt } = input
  const language = primaryLanguage(input.language) ?? ''
  const terms = termsIn(language, key)
  const texts = textsToCompare(input.title, input.summary, input.url ?? '', language)
  return {
    id,
    source,
    language,
    titleHash: hashTitle(input.title),
    title: terms(texts.title, MAX_TITLE_TERMS),
    summary: terms(texts.summary, MAX_SUMMARY_TERMS),
    slug: terms(texts.slug, MAX_SLUG_TERMS),
    publishedAt,
  }
}

export const toStoryInput = (article: Article): StoryInput => ({
  id: article.id,
  title: article.title,
  summary: article.summary,
  url: article.url,
  language: article.language,
  source: article.sources[0] ?? '',
  publishedAt: article.publishedAt,
})
