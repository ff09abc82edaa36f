/** Turns a feed item into an article whose fields are bounded and safe to show, or refuses it with a reason. (pure) */

import type { Article, Refused } from '../domain/article.ts'
import { articleId, canonicalUrl, type Keeps } from '../domain/canonical-url.ts'
import { type Author, type Enclosure, type FeedItem, MAX_ENCLOSURES } from '../domain/feed-item.ts'
import { primaryLanguage } from '../domain/language.ts'
import { MAX_PICTURES, type Picture, saysOnlyUrl } from '../domain/picture.ts'
import type { Taxonomy } from '../domain/section.ts'
import type { Source } from '../domain/source.ts'
import { decideLanguage } from '../languages/decide.ts'
import { type Classify, classifySections } from '../sections/sections.ts'
import type { SourceUse } from '../sections/source-use.ts'
import { publishedAt } from './dates.ts'
import { withoutMarks } from './rules/titles/marks.ts'

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
  /** In which sections the articles of its source are, where that is known. */
  readonly use?: SourceUse | undefined
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

const cleanAuthors = (authors: readonly Author[]): Pick<Article, 'authors'> => {
  const cleaned = authors.flatMap(({ name, url }): Author[] => {
    const shown = clean(name, MAX_NAME)
    if (shown === '') return []
    const isKept = url !== undefined && url.length <= MAX_URL && /^https?:/i.test(url) && URL.canParse(url)
    return [{ name: shown, ...(isKept ? { url: new URL(url).href } : {}) }]
  })
  return cleaned.length > 0 ? { authors: cleaned } : {}
}

const refused = (reason: Refused['reason'], detail: string): Refused => ({ kind: 'refused', reason, detail })

/**
 * What is declared of the language of an item, the most trustworthy first: by the item itself, by whoever configured its
 * source, by the feed, which may only say what its software says by default.
 */
const declaredLanguages = (item: string | null, feed: string | null, source: string | undefined): (string | null)[] => {
  // An item without a language gets that of its feed.
  const own = primaryLanguage(item) === primaryLanguage(feed) ? null : item
  return [own, source ?? null, feed, item]
}

/** An http(s) URL as an article keeps it; null if it is none or too long. */
const cleanUrl = (written: string): string | null => {
  if (written.length > MAX_URL || !URL.canParse(written)) return null
  const url = new URL(written)
  return /^https?:$/.test(url.protocol) && url.href.length <= MAX_URL ? url.href : null
}

const findImages = ({ image, images = [] }: Pick<FeedItem, 'image' | 'images'>): Picture[] => {
  const given = images.length > 0 || image === null ? images : [{ url: image }]
  return given.slice(0, MAX_PICTURES).flatMap(({ url: written, alt, ...others }) => {
    const url = cleanUrl(written)
    const text = clean(alt ?? null, MAX_NAME)
    return url === null ? [] : [{ url, ...others, ...(text === '' ? {} : { alt: text }) }]
  })
}

const MAX_CATEGORIES = 20
const MAX_CATEGORY = 100

const cleanCategories = (categories: readonly string[]): Pick<Article, 'categories'> => {
  const cleaned = categories.slice(0, MAX_CATEGORIES).map(each => clean(each, MAX_CATEGORY))
  const kept = [...new Set(cleaned)].filter(each => each !== '')
  return kept.length > 0 ? { categories: kept } : {}
}

const cleanEnclosures = (enclosures: readonly Enclosure[]): Pick<Article, 'enclosures'> => {
  const kept = enclosures.slice(0, MAX_ENCLOSURES).flatMap(({ url: written, ...others }): Enclosure[] => {
    const url = cleanUrl(written)
    return url === null ? [] : [{ url, ...others }]
  })
  return kept.length > 0 ? { enclosures: kept } : {}
}

/** @returns the article, or the reason why the item was refused */
export const normalise = (
  item: Omit<FeedItem, 'content'>,
  {
    source,
    feedLanguage,
    fetchedAt,
    place = 0,
    trustsDates = true,
    taxonomy,
    maxAge,
    classify,
    use,
    keeps,
  }: ItemContext,
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
  const images = findImages(item)
  const language = decideLanguage(
    `${title} ${summary}`,
    declaredLanguages(item.language, feedLanguage, source.language),
  )
  const { sections, evidence } = classifySections(
    withoutMarks({ title, summary, url, categories: item.categories, language: language || null, source }),
    taxonomy,
    classify,
    { use },
  )
  return {
    id: articleId(url),
    url,
    title,
    // A summary that repeats the title adds nothing.
    summary: summary === title ? '' : summary,
    ...(item.titleFrom === undefined ? {} : { titleFrom: item.titleFrom }),
    author: clean(item.author, MAX_NAME) || null,
    ...cleanAuthors(item.authors ?? []),
    image: images[0]?.url ?? null,
    ...(saysOnlyUrl(images) ? {} : { images }),
    ...cleanCategories(item.categories),
    // Jobs of older versions have one at most.
    ...cleanEnclosures(item.enclosures ?? (item.enclosure ? [item.enclosure] : [])),
    ...(item.commentsCount === undefined ? {} : { publisherComments: item.commentsCount }),
    language,
    publishedAt: at,
    firstSeenAt: fetchedAt,
    section: sections[0] ?? source.section,
    sections,
    evidence,
    sources: [source.id],
  }
}
