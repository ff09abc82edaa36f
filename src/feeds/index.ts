/** The package export `newsdesk/feed`: reads any news feed from its bytes. It does not fetch and needs no Redis. */

import type { ArticleContent, KeptContent } from '../domain/content.ts'
import type { FeedItem } from '../domain/feed-item.ts'
import { buildContents } from './content/build-content.ts'
import { readFeed } from './read.ts'

export interface ParseOptions {
  /** The Content-Type header that came with the bytes. */
  readonly contentType?: string | null
  /** URL of the document, against which relative links are resolved. */
  readonly url?: string
  /** Whether items have their full text, and as what: plain text, or HTML that is safe to show. Default: none. */
  readonly content?: Exclude<KeptContent, 'off'>
}

/** An item as read; dates are ISO 8601 UTC, such as 2026-05-04T12:00:00Z. */
export type ParsedItem = Omit<FeedItem, 'language' | 'content'> & {
  /** Only if it was asked for; null if the item has no text, or no more than its summary. At most 1 MB. */
  readonly content?: ArticleContent | null
}

export interface ParsedFeed {
  readonly title: string | null
  readonly items: readonly ParsedItem[]
}

/** Bytes of the text of an item, as much as `articles.contentSize` may be. */
const MAX_CONTENT = 1_024 ** 2

/** Thrown if the bytes are not a feed. If they are an HTML page, `links` are the feeds that it declares. */
export class NotAFeedError extends Error {
  readonly code = 'NOT_A_FEED'
  readonly reason: string
  readonly links: readonly string[]

  constructor(reason: string, detail: string, links: readonly string[]) {
    super(detail)
    this.reason = reason
    this.links = links
  }
}

/**
 * Reads RSS 0.9x to 2.0, RDF, Atom, JSON Feed or a Google News sitemap, even if the document is malformed.
 * @throws NotAFeedError if the bytes are not a feed
 */
export const parseFeed = async (
  bytes: Uint8Array,
  { contentType, url, content }: ParseOptions = {},
): Promise<ParsedFeed> => {
  const outcome = await readFeed(bytes, {
    contentType: contentType ?? null,
    ...(url === undefined ? {} : { url }),
    maxItems: 20_000,
    withContent: content !== undefined,
  })
  if (outcome.kind === 'not-a-feed') throw new NotAFeedError(outcome.reason, outcome.detail, outcome.links)
  const { title, items } = outcome.feed
  const contents = await buildContents(items, { keep: content ?? 'off', bytes: MAX_CONTENT })
  return {
    title,
    items: items.map(({ language: _, content: __, ...item }, index) => ({
      ...item,
      ...(content === undefined ? {} : { content: contents[index] ?? null }),
    })),
  }
}
