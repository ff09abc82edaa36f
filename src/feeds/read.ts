/**
 * Parses the bytes of a document into a feed. Reading is as tolerant as possible: what had to be repaired becomes a
 * warning of the feed. Nothing here throws or fetches; a document that is not a feed gives an outcome with a reason.
 */

import type { ReadOutcome } from '../domain/feed-item.ts'
import { decode } from './decode.ts'
import { type FeedFormat, HEAD } from './documents/format.ts'
import { looksLikeHtml, refusal, refuseHtml } from './documents/outcome.ts'
import { FORMATS } from './formats/index.ts'

export interface ReadOptions {
  readonly contentType?: string | null
  /** URL of the document, against which relative links are resolved. */
  readonly url?: string
  /** Maximum number of items. The first ones of the document are kept, since feeds list the newest first. */
  readonly maxItems?: number
  /** Whether items have their full text; default false. */
  readonly withContent?: boolean
}

export const MAX_ITEMS = 1_000

/** @param start decoded text without white space before it */
const detectFormat = (start: string, formats: readonly FeedFormat[]): FeedFormat | undefined =>
  formats.find(format => format.detect(start))

/** Whether a text looks like an XML feed, rather than JSON, a sitemap, an HTML page or something unknown. */
export const looksXmlFeed = (start: string): boolean => detectFormat(start, FORMATS)?.isXmlFeed === true

export const readFeed = async (
  bytes: Uint8Array,
  options: ReadOptions = {},
  formats: readonly FeedFormat[] = FORMATS,
): Promise<ReadOutcome> => {
  const { text, warnings } = decode(bytes, options.contentType)
  return readDecoded(text.trimStart(), options, warnings, formats)
}

/** @param start decoded text without white space before it */
export const readDecoded = async (
  start: string,
  { url, maxItems = MAX_ITEMS, withContent }: ReadOptions,
  warnings: readonly string[],
  formats: readonly FeedFormat[] = FORMATS,
): Promise<ReadOutcome> => {
  if (start === '') return refusal('empty', 'the body is empty')
  const format = detectFormat(start, formats)
  const head = start.slice(0, HEAD)
  if (format === undefined)
    return looksLikeHtml(head)
      ? refuseHtml(start, url)
      : refusal(
          'unknown-format',
          `neither XML feed, JSON Feed nor news sitemap: starts with ${JSON.stringify(head.slice(0, 60))}`,
        )
  const outcome = await format.read(start, { url, maxItems, withContent })
  return outcome.kind === 'feed'
    ? { kind: 'feed', feed: { ...outcome.feed, warnings: [...warnings, ...outcome.feed.warnings] } }
    : outcome
}
