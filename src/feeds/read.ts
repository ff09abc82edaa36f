/**
 * Bytes -> feed. Reads everything it can, says what it mended, and never throws: a document that is not a feed is an
 * outcome with a reason.
 */

import type { ReadOutcome } from '../domain/feed-item.ts'
import { decode } from './decode.ts'
import { type FeedFormat, HEAD } from './documents/format.ts'
import { looksLikeHtml, refusal, refuseHtml } from './documents/outcome.ts'
import { FORMATS } from './formats/index.ts'

export interface ReadOptions {
  readonly contentType?: string | null
  /** Where the document was fetched: what relative links are resolved against. */
  readonly url?: string
  /** The newest are kept: feeds stand newest first. */
  readonly maxItems?: number
}

export const MOST_ITEMS = 1_000

/** @param start decoded text without white space before it */
const detectFormat = (start: string, formats: readonly FeedFormat[]): FeedFormat | undefined =>
  formats.find(format => format.detect(start))

/** Whether text is, or should be, an XML feed: the rest is JSON, a sitemap, an HTML page or nothing we know. */
export const looksXmlFeed = (start: string): boolean => detectFormat(start, FORMATS)?.isXmlFeed === true

export const readFeed = async (
  bytes: Uint8Array,
  options: ReadOptions = {},
  formats: readonly FeedFormat[] = FORMATS,
): Promise<ReadOutcome> => {
  const { text, warnings } = decode(bytes, options.contentType)
  return readText(text.trimStart(), options, warnings, formats)
}

/** @param start decoded text without white space before it */
export const readText = async (
  start: string,
  { url, maxItems = MOST_ITEMS }: ReadOptions,
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
  const outcome = await format.read(start, { url, maxItems })
  return outcome.kind === 'feed'
    ? { kind: 'feed', feed: { ...outcome.feed, warnings: [...warnings, ...outcome.feed.warnings] } }
    : outcome
}
