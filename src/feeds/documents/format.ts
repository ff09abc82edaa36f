/**
 * A format of feeds: how a document of it is recognised, and how it is read. One folder per format in
 * src/feeds/formats.
 */

import type { ReadOutcome } from '../../domain/feed-item.ts'

export interface Wanted {
  /** Where the document was fetched: what relative links are resolved against. */
  readonly url: string | undefined
  readonly maxItems: number
}

export interface FeedFormat {
  /** As `Feed.format` names it, and in messages. */
  readonly name: string
  /**
   * Whether a document is, or should be, of this format; the first format that says so reads it. `start` begins without
   * white space.
   */
  detect(start: string): boolean
  read(start: string, wanted: Wanted): Promise<ReadOutcome>
  /**
   * Whether items can be told apart before the document is parsed, so that those seen before are left out
   * (src/feeds/xml/scan.ts).
   */
  readonly isXmlFeed?: boolean
}

/** How much of a document is searched for the name of its root. */
export const HEAD = 8_192
