/** Item -> article: what a feed says becomes what newsdesk keeps, bounded and safe to show, or is refused with a reason. (pure) */

import type { Article, Refused } from '../domain/article.ts'
import { articleId, canonicalUrl, type Keeps } from '../domain/canonical-url.ts'
import type { FeedItem } from '../domain/feed-item.ts'
import { primaryLanguage } from '../domain/language.ts'
import type { Taxonomy } from '../domain/section.ts'
import type { Source } from '../domain/source.ts'
import { type Classify, sectionsOf } from '../sections/sections.ts'
import { publishedAt } from './dates.ts'

export interface About {
  readonly source: Source
  readonly feedLanguage: string | null
  /** ms since the epoch: when the feed was fetched, which is when we first saw the item. */
  readonly fetchedAt: number
  /** Place of the item in its document, from 0: orders those without a date. */
  readonly place?: number
  /** Whether the dates of its source mean anything; true unless said. */
  readonly trustsDates?: boolean
  readonly taxonomy: Taxonomy
  /** ms: older items are refused. */
  readonly maxAge: number
  readonly classify?: Classify
  /** Parameters that hosts were seen to tell articles apart by. */
  readonly keeps?: Keeps
}

const LONGEST_TITLE = 300
const LONGEST_SUMMARY = 600
const LONGEST_NAME = 200
const LONGEST_URL = 2_048

/** Control characters, terminal escapes and marks that turn the direction of everything after them never pass. */
const clean = (text: string | null, longest: number): string => {
  const plain = (text ?? '')
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\ufeff]+/gu, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, '')
    .replace(/ {2,}/g, ' ')
    .trim()
  if (plain.length <= longest) return plain
  const cut = plain.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')
  const word = cut.lastIndexOf(' ')
  return `${(word > longest / 2 ? cut.slice(0, word) : cut).trimEnd()}…`
}

/** BCP 47 in its customary case, or null where it is no language tag. */
export const languageTag = (written: string | null): string | null => {
  if (written === null) return null
  try {
    return Intl.getCanonicalLocales(written.trim().replaceAll('_', '-'))[0] ?? null
  } catch {
    return null
  }
}

const refused = (reason: Refused['reason'], detail: string): Refused => ({ kind: 'refused', reason, detail })

/**
 * Whether a feed says another language than whoever configured its source, and the item none of its own: many feeds say the language that
 * their software came with, so nobody knows what language the text is in.
 */
const isDisputed = (item: string | null, feed: string | null, source: string | undefined): boolean => {
  const [own, said, configured] = [item, feed, source].map(primaryLanguage)
  // An item that says none has that of its feed.
  if (own !== null && own !== said) return false
  return said !== null && configured !== null && said !== configured
}

/** @returns the article, or why the item is none */
export const normalise = (
  item: FeedItem,
  { source, feedLanguage, fetchedAt, place = 0, trustsDates = true, taxonomy, maxAge, classify, keeps }: About,
): Article | Refused => {
  const title = clean(item.title, LONGEST_TITLE)
  if (title === '') return refused('no-title', 'it has no title')
  if (item.link === null) return refused('no-link', 'it has no link')
  const page = item.original ?? item.link
  const url = page.length <= LONGEST_URL ? canonicalUrl(page, keeps) : null
  if (url === null) return refused('bad-link', `its link is no http(s) URL: ${JSON.stringify(item.link.slice(0, 200))}`)
  const at = publishedAt(trustsDates ? item.published : null, fetchedAt, place)
  if (at < fetchedAt - maxAge)
    return refused('too-old', `published ${new Date(at).toISOString()}, before the retention`)

  const summary = clean(item.summary, LONGEST_SUMMARY)
  const image =
    item.image !== null && item.image.length <= LONGEST_URL && URL.canParse(item.image) ? new URL(item.image) : null
  const declared = languageTag(item.language) ?? languageTag(feedLanguage) ?? languageTag(source.language ?? null)
  const known = isDisputed(item.language, feedLanguage, source.language) ? null : declared
  const { sections, evidence } = sectionsOf(
    { url, title, summary, categories: item.categories, language: known, source },
    taxonomy,
    classify,
  )
  return {
    id: articleId(url),
    url,
    title,
    // A summary that only says the title again says nothing.
    summary: summary === title ? '' : summary,
    author: clean(item.author, LONGEST_NAME) || null,
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
