/** Articles and stories as the flat hashes that services read, and back. Times are ISO 8601 UTC there, ms here. (pure) */

import { z } from 'zod'
import type { Article, ArticleId, Evidence, StoryId } from '../domain/article.ts'
import { parseCounts } from '../domain/counts.ts'
import type { SourceId } from '../domain/source.ts'
import type { AlsoIn, StoredArticle, StoredStory } from './store.ts'

const iso = (ms: number): string => new Date(ms).toISOString()
const none = (text: string | undefined): string | null => (text ? text : null)

/** The text fields of an article's hash; what changes with events and sources is written beside them. */
export const articleFields = (
  article: Article,
  story: StoryId,
  reprintOf: ArticleId | null,
  now: number,
  crawl = '',
): Record<string, string> => ({
  id: article.id,
  url: article.url,
  title: article.title,
  summary: article.summary,
  author: article.author ?? '',
  image: article.image ?? '',
  language: article.language,
  publishedAt: iso(article.publishedAt),
  updatedAt: iso(now),
  firstSeenAt: iso(article.firstSeenAt),
  section: article.section,
  evidence: JSON.stringify(article.evidence),
  story,
  reprintOf: reprintOf ?? '',
  crawl,
})

const Strings = z.array(z.string())
const strings = <T extends string>(json: string | undefined): T[] => Strings.parse(JSON.parse(json ?? '[]')) as T[] // brands: written by us

/** @returns null for a hash that is not there (Redis answers an empty one), and for an article on its way out (src/retention) */
export const parseArticle = (stored: Record<string, string>): StoredArticle | null => {
  // What an editor keeps off everything has its text apart, so that nobody who reads the hash can show it.
  const hash: Record<string, string> = stored.withheld ? { ...stored, ...JSON.parse(stored.withheld) } : stored // written by withhold.lua
  if (!hash.id || !hash.url || !hash.title || !hash.publishedAt || !hash.section || hash.leaving) return null
  return {
    id: hash.id as ArticleId,
    url: hash.url,
    title: hash.title,
    summary: hash.summary ?? '',
    author: none(hash.author),
    image: none(hash.image),
    language: hash.language ?? 'en',
    publishedAt: Date.parse(hash.publishedAt),
    updatedAt: Date.parse(hash.updatedAt ?? hash.publishedAt),
    firstSeenAt: Date.parse(hash.firstSeenAt ?? hash.publishedAt),
    section: hash.section,
    sections: strings(hash.sections),
    evidence: JSON.parse(hash.evidence ?? '[]') as Evidence[], // written by articleFields
    sources: strings<SourceId>(hash.sources),
    story: hash.story as StoryId,
    reprintOf: none(hash.reprintOf) as ArticleId | null,
    counts: parseCounts(hash),
    ...(hash.crawl ? { crawl: hash.crawl } : {}),
  }
}

/** @returns null for a hash that is not there */
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
    alsoIn: JSON.parse(hash.alsoIn ?? '[]') as AlsoIn[], // written by join.lua
    sections: strings(hash.sections),
    publishedAt: Date.parse(hash.publishedAt),
    firstSeenAt: Date.parse(hash.firstSeenAt ?? hash.publishedAt),
    lastSeenAt: Date.parse(hash.lastSeenAt ?? hash.publishedAt),
  }
}
