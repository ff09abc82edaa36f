/**
 * The content of a feed document after decoding and parsing, before any validation. Plain data; strings are trimmed.
 */

import { z } from 'zod'
import { type Picture, PictureSchema } from './picture.ts'

/** A file that goes with an item. */
export interface Enclosure {
  /** http or https. */
  readonly url: string
  /** Media type, such as `audio/mpeg`. */
  readonly type?: string
  /** Bytes. */
  readonly length?: number
  /** Seconds that a recording lasts. */
  readonly duration?: number
}

/** Maximum number of enclosures kept of an item. */
export const MAX_ENCLOSURES = 10

/** The full text of an item as its feed has it: of any length below 1,000,000 characters, and not safe to show. */
export interface ItemContent {
  readonly markup: string
  /** `xml`: elements of the document itself, as in Atom's type xhtml. `unknown`: HTML or text, by what is in it. */
  readonly kind: 'html' | 'xml' | 'text' | 'unknown'
  /** URL against which links in it are resolved. */
  readonly base?: string
  /** Present if it is the item's description, which may be the whole text or a teaser. */
  readonly isDescription?: true
}

export interface Author {
  /** Plain text, without an email address. */
  readonly name: string
  /** http or https. */
  readonly url?: string
}

export interface FeedItem {
  /** Plain text: tags removed, entities decoded, white space folded. */
  readonly title: string | null
  /** Present if the item has no title of its own: `title` is the beginning of its text. */
  readonly titleFrom?: 'text'
  /** Absolute if a base URL is known. */
  readonly link: string | null
  /** guid, atom:id, rdf:about or JSON Feed id, as the publisher wrote it. */
  readonly id: string | null
  /** ISO 8601 UTC; null if the feed gives none, or none that can be parsed. */
  readonly published: string | null
  /** ISO 8601 UTC. */
  readonly updated: string | null
  /** Up to five names, as the feed writes them. */
  readonly author: string | null
  /** The authors one by one, up to ten; absent if there are none. */
  readonly authors?: readonly Author[]
  /** Present if the item itself names nobody: whose authors those are (Atom). */
  readonly authorFrom?: 'source' | 'feed'
  /** The publisher's own categories, in order, without duplicates. */
  readonly categories: readonly string[]
  /** Absolute URL of the item's picture. */
  readonly image: string | null
  /** Up to ten pictures, the above first; missing if there is no more to say than that. */
  readonly images?: readonly Picture[]
  /** Plain text, cut near 300 characters. */
  readonly summary: string | null
  /** BCP 47, if the item or feed declares one. */
  readonly language: string | null
  /** The target page, if `link` is a redirector and the feed names the target as well. */
  readonly original?: string
  /** Number of comments, if the feed gives one. */
  readonly commentsCount?: number
  /** Its first recording (sound or film). */
  readonly enclosure?: Enclosure
  /** Up to ten recordings and pictures that are enclosed, in order; absent if there are none. */
  readonly enclosures?: readonly Enclosure[]
  /** Its full text; only read on request. Never part of job data. */
  readonly content?: ItemContent
}

/** What the document says about polling itself; absent fields are not declared. */
export interface FeedHints {
  /** RSS ttl or sy:update*, as milliseconds between polls. */
  readonly interval?: number
  /** Hours of the day (0 to 23, UTC) in which the publisher asks not to be polled. */
  readonly skipHours?: readonly number[]
  /** Days (0 = Sunday to 6, UTC) on which the publisher asks not to be polled. */
  readonly skipDays?: readonly number[]
  /** WebSub hub and topic. */
  readonly hub?: string
  readonly self?: string
  /** Kinds of hubs other than WebSub that it names, such as `rssCloud`. */
  readonly otherHubs?: readonly string[]
}

export interface Feed {
  /** Name of its format (src/feeds/formats): `rss`, `rdf`, `atom`, `json` or `sitemap`. */
  readonly format: string
  readonly title: string | null
  readonly link: string | null
  readonly language: string | null
  readonly hints: FeedHints
  readonly items: readonly FeedItem[]
  /** Present if the document was cut off; an item within which it ends is left out. It is to be fetched again in full. */
  readonly isCutOff?: true
  /** Skipped items, each with a reason, and errors in the document that were repaired. */
  readonly warnings: readonly string[]
}

/**
 * Why a document is not a feed. `links`: the feeds that an HTML page offers instead, or the sitemaps of a sitemap
 * index, newest first.
 */
export interface NotAFeed {
  readonly kind: 'not-a-feed'
  readonly reason: 'empty' | 'html' | 'sitemap-index' | 'unknown-format' | 'unreadable'
  readonly detail: string
  readonly links: readonly string[]
}

export type ReadOutcome = { readonly kind: 'feed'; readonly feed: Feed } | NotAFeed

/** An enclosure in job data: as lenient as the feed was read. */
const EnclosureSchema: z.ZodType<Enclosure> = z.object({
  url: z.string(),
  type: z.string().exactOptional(),
  length: z.number().exactOptional(),
  duration: z.number().exactOptional(),
})

/** A feed item in job data, which is parsed once on arrival. */
export const FeedItemSchema: z.ZodType<FeedItem> = z.object({
  title: z.string().nullable(),
  titleFrom: z.literal('text').exactOptional(),
  link: z.string().nullable(),
  id: z.string().nullable(),
  published: z.string().nullable(),
  updated: z.string().nullable(),
  author: z.string().nullable(),
  authors: z.array(z.object({ name: z.string(), url: z.string().exactOptional() })).exactOptional(),
  authorFrom: z.enum(['source', 'feed']).exactOptional(),
  categories: z.array(z.string()),
  image: z.string().nullable(),
  images: z.array(PictureSchema).exactOptional(),
  summary: z.string().nullable(),
  language: z.string().nullable(),
  original: z.string().exactOptional(),
  commentsCount: z.number().exactOptional(),
  enclosure: EnclosureSchema.exactOptional(),
  enclosures: z.array(EnclosureSchema).exactOptional(),
})
