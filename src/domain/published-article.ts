/** An article as its hash in Redis has it, for pages. (pure) */

import type { ArticleContent } from './content.ts'
import { type Counts, parseCounts } from './counts.ts'
import type { Author, Enclosure } from './feed-item.ts'
import { unpackContent } from './packed-content.ts'
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
  /** The publisher's own categories; empty if there are none, or if an older version stored it. */
  readonly categories: readonly string[]
  /** Recordings and pictures that are enclosed with it; lengths in bytes, durations in seconds. */
  readonly enclosures: readonly Enclosure[]
  /** Labels that the site's rules gave it, such as sponsored. */
  readonly labels: readonly string[]
  /** Whether it is free to read, where its page was read and says so; null otherwise. */
  readonly access: 'free' | 'paid' | null
  readonly language: string
  /** ISO 8601 UTC. */
  readonly publishedAt: string
  readonly updatedAt: string
  readonly firstSeenAt: string
  readonly section: string
  /** As lists show it; the id of the section if an older version stored the article. */
  readonly sectionLabel: string
  readonly sections: readonly string[]
  readonly source: string
  /** Name of the source; its id if an older version stored the article. */
  readonly publisher: string
  readonly sources: readonly string[]
  readonly story: string
  /** Comments at its publisher's; null if the feed does not say. */
  readonly publisherComments: number | null
  /** Reported seconds that readers spent on it. */
  readonly seconds: number
  /** Its text, only if that was asked for; null if none is kept. */
  readonly content?: ArticleContent | null
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
 * @param packed the bytes of its text as GET returns them, if that was asked for
 * @returns null if there is no such article, for which Redis returns an empty hash, or if it is withheld
 */
export const parseArticle = (
  hash: Readonly<Record<string, string>>,
  packed?: Buffer | null,
): PublishedArticle | null => {
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
    categories: strings(hash.categories),
    enclosures: JSON.parse(hash.enclosures ?? '[]') as Enclosure[], // likewise
    labels: strings(hash.labels),
    access: hash.access === 'free' || hash.access === 'paid' ? hash.access : null,
    language: text('language'),
    publishedAt: text('publishedAt'),
    updatedAt: text('updatedAt'),
    firstSeenAt: text('firstSeenAt'),
    section: text('section'),
    sectionLabel: text('sectionLabel') || text('section'),
    sections: strings(hash.sections),
    source: text('source'),
    publisher: text('publisher') || text('source'),
    sources: strings(hash.sources),
    story: text('story'),
    ...parseCounts(hash),
    publisherComments: hash.publisherComments === undefined ? null : Number(hash.publisherComments),
    seconds: Number(hash.seconds ?? 0),
    ...(packed === undefined ? {} : { content: unpackContent(packed) }),
  }
}
