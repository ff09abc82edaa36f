/** An article as its hash in Redis has it, for pages. (pure) */

import { type Counts, parseCounts } from './counts.ts'
import type { Author } from './feed-item.ts'
import type { Picture } from './picture.ts'

/** An article with its current counts. */
export interface PublishedArticle extends Counts {
  readonly id: string
  readonly url: string
  /** As its publisher gave it. */
  readonly title: string
  /** The title as lists show it: without wire prefixes, labels and credits. */
  readonly headline: string
  readonly summary: string
  /** Present if it has no title of its own: `title` is the beginning of its text. */
  readonly titleFrom?: 'text'
  readonly author: string | null
  /** Its authors one by one; empty if there are none, or if an older version stored it. */
  readonly authors: readonly Author[]
  readonly image: string | null
  /** Up to ten pictures, `image` first, with what the feed says of them. */
  readonly images: readonly Picture[]
  readonly language: string
  /** ISO 8601 UTC. */
  readonly publishedAt: string
  readonly updatedAt: string
  readonly firstSeenAt: string
  readonly section: string
  readonly sections: readonly string[]
  readonly source: string
  readonly sources: readonly string[]
  readonly story: string
  /** Reported seconds that readers spent on it. */
  readonly seconds: number
}

// As docs/redis-contract.md specifies.
const strings = (json: string | undefined): string[] => JSON.parse(json ?? '[]') as string[]

/** An article whose feed says no more of its picture than its address has `image` alone. */
const parseImages = (json: string | undefined, image: string | null): Picture[] => {
  if (json) return JSON.parse(json) as Picture[]
  return image === null ? [] : [{ url: image }]
}

/**
 * @param hash as HGETALL returns
 * @returns null if there is no such article, for which Redis returns an empty hash, or if it is withheld
 */
export const parseArticle = (hash: Readonly<Record<string, string>>): PublishedArticle | null => {
  const text = (name: string): string => hash[name] ?? ''
  if (!hash.id) return null
  const image = text('image') || null
  return {
    id: hash.id,
    url: text('url'),
    title: text('title'),
    headline: text('headline') || text('title'),
    summary: text('summary'),
    ...(hash.titleFrom === 'text' ? { titleFrom: hash.titleFrom } : {}),
    author: text('author') || null,
    authors: JSON.parse(hash.authors ?? '[]') as Author[], // as docs/redis-contract.md specifies
    image,
    images: parseImages(hash.images, image),
    language: text('language'),
    publishedAt: text('publishedAt'),
    updatedAt: text('updatedAt'),
    firstSeenAt: text('firstSeenAt'),
    section: text('section'),
    sections: strings(hash.sections),
    source: text('source'),
    sources: strings(hash.sources),
    story: text('story'),
    ...parseCounts(hash),
    seconds: Number(hash.seconds ?? 0),
  }
}
