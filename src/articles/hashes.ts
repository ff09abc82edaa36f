/**
 * Converts articles and stories to the flat hashes that services read, and back. Times are ISO 8601 UTC in hashes and
 * ms in code. (pure)
 */

import { z } from 'zod'
import type { Article, ArticleId, Evidence, Ruled, StoryId } from '../domain/article.ts'
import { parseCounts } from '../domain/counts.ts'
import type { SourceId } from '../domain/source.ts'
import { readTitle } from './rules/titles/marks.ts'
import type { AlsoIn, StoredArticle, StoredStory } from './store.ts'

const iso = (ms: number): string => new Date(ms).toISOString()
const emptyToNull = (text: string | undefined): string | null => (text ? text : null)

/** The text fields of an article's hash. Counts and sources are written separately. */
export const articleFields = (
  article: Article,
  story: StoryId,
  reprintOf: ArticleId | null,
  now: number,
  crawl = '',
): Record<string, string> => {
  const { headline } = readTitle(article.title, article.language)
  return {
    id: article.id,
    url: article.url,
    title: article.title,
    ...(headline === article.title ? {} : { headline }),
    summary: article.summary,
    ...(article.titleFrom === undefined ? {} : { titleFrom: article.titleFrom }),
    author: article.author ?? '',
    authors: JSON.stringify(article.authors ?? []),
    image: article.image ?? '',
    // Only where it says more than `image`: most articles do without its memory.
    ...(article.images ? { images: JSON.stringify(article.images) } : {}),
    // Likewise, only where there is something to say.
    ...(article.categories ? { categories: JSON.stringify(article.categories) } : {}),
    ...(article.enclosures ? { enclosures: JSON.stringify(article.enclosures) } : {}),
    ...(article.labels ? { labels: JSON.stringify(article.labels) } : {}),
    ...(article.ruled ? { ruled: JSON.stringify(article.ruled) } : {}),
    ...(article.publisherComments === undefined ? {} : { publisherComments: String(article.publisherComments) }),
    language: article.language,
    publishedAt: iso(article.publishedAt),
    updatedAt: iso(now),
    firstSeenAt: iso(article.firstSeenAt),
    section: article.section,
    evidence: JSON.stringify(article.evidence),
    story,
    reprintOf: reprintOf ?? '',
    crawl,
  }
}

const Strings = z.array(z.string())
const strings = <T extends string>(json: string | undefined): T[] => Strings.parse(JSON.parse(json ?? '[]')) as T[] // brands: written by us

/** Authors as articleFields writes them; absent if there are none. */
const parseAuthors = (json: string | undefined): Pick<Article, 'authors'> =>
  json === undefined || json === '[]' ? {} : { authors: JSON.parse(json) }

/**
 * @returns null for a missing hash (Redis returns an empty one), and for an article that is pending deletion
 * (src/eviction)
 */
export const parseArticle = (stored: Record<string, string>): StoredArticle | null => {
  // The text of an article that an editor blocked is kept in a separate field, so that readers of the hash cannot show
  // it.
  const hash: Record<string, string> = stored.withheld ? { ...stored, ...JSON.parse(stored.withheld) } : stored // written by withhold.lua
  if (!hash.id || !hash.url || !hash.title || !hash.publishedAt || !hash.section || hash.leaving) return null
  return {
    id: hash.id as ArticleId,
    url: hash.url,
    title: hash.title,
    summary: hash.summary ?? '',
    ...(hash.titleFrom === 'text' ? { titleFrom: hash.titleFrom } : {}),
    author: emptyToNull(hash.author),
    ...parseAuthors(hash.authors),
    image: emptyToNull(hash.image),
    language: hash.language ?? 'en',
    publishedAt: Date.parse(hash.publishedAt),
    updatedAt: Date.parse(hash.updatedAt ?? hash.publishedAt),
    firstSeenAt: Date.parse(hash.firstSeenAt ?? hash.publishedAt),
    section: hash.section,
    sections: strings(hash.sections),
    evidence: JSON.parse(hash.evidence ?? '[]') as Evidence[], // written by articleFields
    sources: strings<SourceId>(hash.sources),
    story: hash.story as StoryId,
    reprintOf: emptyToNull(hash.reprintOf) as ArticleId | null,
    counts: parseCounts(hash),
    ...(hash.labels ? { labels: strings(hash.labels) } : {}),
    ...(hash.ruled ? { ruled: JSON.parse(hash.ruled) as Ruled } : {}), // written by articleFields
    ...(hash.crawl ? { crawl: hash.crawl } : {}),
  }
}

/** @returns null for a missing hash */
export const parseStory = (hash: Record<string, string>): StoredStory | null => {
  const blocked = strings<ArticleId>(hash.blocked)
  const lead = hash.lead || blocked[0]
  if (!hash.id || !lead || !hash.publishedAt) return null
  return {
    id: hash.id as StoryId,
    lead: lead as ArticleId,
    articles: [...strings<ArticleId>(hash.articles), ...blocked],
    ...(blocked.length > 0 ? { blocked } : {}),
    sources: strings<SourceId>(hash.sources),
    alsoIn: JSON.parse(hash.alsoIn ?? '[]') as AlsoIn[], // written by join-story.lua
    sections: strings(hash.sections),
    publishedAt: Date.parse(hash.publishedAt),
    // Missing in what an older version wrote, until the story changes.
    begunAt: Date.parse(hash.begunAt ?? hash.publishedAt),
    newsAt: Date.parse(hash.newsAt ?? hash.publishedAt),
    firstSeenAt: Date.parse(hash.firstSeenAt ?? hash.publishedAt),
    lastSeenAt: Date.parse(hash.lastSeenAt ?? hash.publishedAt),
  }
}
