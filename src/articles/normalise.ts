/** Turns a feed item into an article whose fields are bounded and safe to show, or refuses it with a reason. (pure) */

import type { Article, Refused } from '../domain/article.ts'
import { articleId, canonicalUrl, type Keeps } from '../domain/canonical-url.ts'
import type { FeedItem } from '../domain/feed-item.ts'
import { primaryLanguage } from '../domain/language.ts'
import type { Taxonomy } from '../domain/section.ts'
import type { Source } from '../domain/source.ts'
import { type Classify, classifySections } from '../sections/sections.ts'
import { publishedAt } from './dates.ts'

export interface ItemContext {
  readonly source: Source
  readonly feedLanguage: string | null
  /** ms since the epoch: when the feed was fetched, which is when the item was first seen. */
  readonly fetchedAt: number
  /** Place of the item in its document, from 0; orders items without a date. */
  readonly place?: number
  /** Whether the dates of its source are reliable; default true. */
  readonly trustsDates?: boolean
  readonly taxonomy: Taxonomy
  /** ms; older items are refused. */
  readonly maxAge: number
  readonly classify?: Classify
  /** URL parameters that identify articles on their site. */
  readonly keeps?: Keeps
}

const MAX_TITLE = 300
const MAX_SUMMARY = 600
const MAX_NAME = 200
const MAX_URL = 2_048

/** Removes control characters, terminal escapes and bidirectional overrides, and shortens the text to `maxLength`. */
const clean = (text: string | null, maxLength: number): string => {
  const plain = (text ?? '')
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\ufeff]+/gu, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, '')
    .replace(/ {2,}/g, ' ')
    .trim()
  if (plain.length <= maxLength) return plain
  const cut = plain.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')
  const word = cut.lastIndexOf(' ')
  return `${(word > maxLength / 2 ? cut.slice(0, word) : cut).trimEnd()}…`
}

/** @returns the BCP 47 tag in canonical case, or null if the text is not a language tag */
export const parseLanguageTag = (written: string | null): string | null => {
  if (written === null) return null
  try {
    return Intl.getCanonicalLocales(written.trim().replaceAll('_', '-'))[0] ?? null
  } catch {
    return null
  }
}

const refused = (reason: Refused['reason'], detail: string): Refused => ({ kind: 'refused', reason, detail })

/**
 * Whether the feed declares another language than the one configured for its source, and the item does not declare its
 * own. Many feeds declare the default language of their software, so the language of the text is unknown.
 */
const isDisputed = (item: string | null, feed: string | null, source: string | undefined): boolean => {
  const [own, declared, configured] = [item, feed, source].map(primaryLanguage)
  // An item without a language gets that of its feed.
  if (own !== null && own !== declared) return false
  return declared !== null && configured !== null && declared !== configured
}

/** @returns the article, or the reason why the item was refused */
export const normalise = (
  item: FeedItem,
  { source, feedLanguage, fetchedAt, place = 0, trustsDates = true, taxonomy, maxAge, classify, keeps }: ItemContext,
): Article | Refused => {
  const title = clean(item.title, MAX_TITLE)
  if (title === '') return refused('no-title', 'it has no title')
  if (item.link === null) return refused('no-link', 'it has no link')
  const page = item.original ?? item.link
  const url = page.length <= MAX_URL ? canonicalUrl(page, keeps) : null
  if (url === null)
    return refused('bad-link', `its link is not an http(s) URL: ${JSON.stringify(item.link.slice(0, 200))}`)
  const at = publishedAt(trustsDates ? item.published : null, fetchedAt, place)
  if (at < fetchedAt - maxAge)
    return refused('too-old', `published ${new Date(at).toISOString()}, before the retention`)

  const summary = clean(item.summary, MAX_SUMMARY)
  const image =
    item.image !== null && item.image.length <= MAX_URL && URL.canParse(item.image) ? new URL(item.image) : null
  const declared =
    parseLanguageTag(item.language) ?? parseLanguageTag(feedLanguage) ?? parseLanguageTag(source.language ?? null)
  const known = isDisputed(item.language, feedLanguage, source.language) ? null : declared
  const { sections, evidence } = classifySections(
    { url, title, summary, categories: item.categories, language: known, source },
    taxonomy,
    classify,
  )
  return {
    id: articleId(url),
    url,
    title,
    // A summary that repeats the title adds nothing.
    summary: summary === title ? '' : summary,
    author: clean(item.author, MAX_NAME) || null,
    image: image && /^https?:$/.test(image.protocol) ? image.href : null,
    language: declared ?? 'en',
    isLanguageDeclared: known !== null,
    publishedAt: at,
    firstSeenAt: fetchedAt,
    section: sections[0] ?? source.section,
    sections,
    evidence,
    sources: [source.id],
  }
}
