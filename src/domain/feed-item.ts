/**
 * What a feed document says, after decoding and parsing and before anything is judged. Plain data; strings are trimmed.
 */

import { z } from 'zod'

/** A recording that goes with an item. */
export interface Enclosure {
  /** http or https. */
  readonly url: string
  /** Media type, such as `audio/mpeg`. */
  readonly type?: string
  /** Bytes. */
  readonly length?: number
}

export interface FeedItem {
  /** Plain text: tags removed, entities decoded, white space folded. */
  readonly title: string | null
  /** Absolute where a base is known. */
  readonly link: string | null
  /** guid, atom:id, rdf:about or JSON Feed id, as the publisher wrote it. */
  readonly id: string | null
  /** ISO 8601 UTC; null where the feed gives none that can be read. */
  readonly published: string | null
  /** ISO 8601 UTC. */
  readonly updated: string | null
  readonly author: string | null
  /** The publisher's own categories, in order, without repeats. */
  readonly categories: readonly string[]
  /** Absolute URL of the item's picture. */
  readonly image: string | null
  /** Plain text, cut near 300 characters. */
  readonly summary: string | null
  /** BCP 47, where the item or feed declares one. */
  readonly language: string | null
  /** The page behind `link`, where that is a redirector and the feed names its target beside it. */
  readonly original?: string
  /** Comments on the item, as the feed counts them. Absent where it does not. */
  readonly commentsCount?: number
  readonly enclosure?: Enclosure
}

/** What the document says of polling itself. Absent where it says nothing. */
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
  /** Kinds of hubs it names that are not WebSub, such as `rssCloud`. */
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
  /** Items that had to be left out, each with a reason, and anything that was mended on the way. */
  readonly warnings: readonly string[]
}

/**
 * Why a document is no feed; `links` are feeds that an HTML page offers instead, or the sitemaps of an index, newest
 * first.
 */
export interface NotAFeed {
  readonly kind: 'not-a-feed'
  readonly reason: 'empty' | 'html' | 'sitemap-index' | 'unknown-format' | 'unreadable'
  readonly detail: string
  readonly links: readonly string[]
}

export type ReadOutcome = { readonly kind: 'feed'; readonly feed: Feed } | NotAFeed

/** A feed item as it travels in a job: parsed once at the door. */
export const FeedItemSchema: z.ZodType<FeedItem> = z.object({
  title: z.string().nullable(),
  link: z.string().nullable(),
  id: z.string().nullable(),
  published: z.string().nullable(),
  updated: z.string().nullable(),
  author: z.string().nullable(),
  categories: z.array(z.string()),
  image: z.string().nullable(),
  summary: z.string().nullable(),
  language: z.string().nullable(),
  original: z.string().exactOptional(),
  commentsCount: z.number().exactOptional(),
  enclosure: z
    .object({ url: z.string(), type: z.string().exactOptional(), length: z.number().exactOptional() })
    .exactOptional(),
})
