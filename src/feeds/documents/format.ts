/**
 * The interface of a feed format: how it recognises its documents and reads them. src/feeds/formats/ has one per
 * folder.
 */

import type { ReadOutcome } from '../../domain/feed-item.ts'

export interface Wanted {
  /** URL of the document, against which relative links are resolved. */
  readonly url: string | undefined
  readonly maxItems: number
  /** Whether the full text of items is wanted; default false. */
  readonly withContent?: boolean | undefined
}

export interface FeedFormat {
  /** Its name in `Feed.format` and in messages. */
  readonly name: string
  /**
   * Whether a document is in this format, even if it is malformed. The first format that returns true reads it.
   * @param start the text of the document, without leading white space
   */
  detect(start: string): boolean
  read(start: string, wanted: Wanted): Promise<ReadOutcome>
  /**
   * Whether the document can be split into items without parsing it, so that known items need not be parsed
   * (src/feeds/xml/scan.ts).
   */
  readonly isXmlFeed?: boolean
}

/** Number of characters of a document that are searched for its root element. */
export const HEAD = 8_192
