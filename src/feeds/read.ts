/** Bytes -> feed. Reads everything it can, says what it mended, and never throws: what is no feed is an outcome with a reason. */

import { Parser } from 'htmlparser2'
import type { Feed, NotAFeed, ReadOutcome } from '../domain/feed-item.ts'
import { mapInSlices } from '../util/slices.ts'
import { decode } from './decode.ts'
import { type FieldContext, readItem, titleText } from './fields/fields.ts'
import { hintsOf } from './fields/hints.ts'
import { absolute } from './fields/links.ts'
import { readJsonFeed } from './formats/json-feed/read.ts'
import { isSitemap, readSitemap, sitemapsIn } from './formats/sitemap/read.ts'
import { attribute, firstText, type RawFeed, textOf } from './xml/raw.ts'
import { readDocument } from './xml/slices.ts'

export interface ReadOptions {
  readonly contentType?: string | null
  /** Where the document was fetched: what relative links are resolved against. */
  readonly url?: string
  /** The newest are kept: feeds stand newest first. */
  readonly maxItems?: number
}

export const MOST_ITEMS = 1_000

export const readFeed = async (bytes: Uint8Array, options: ReadOptions = {}): Promise<ReadOutcome> => {
  const { text, warnings } = decode(bytes, options.contentType)
  return readText(text.trimStart(), options, warnings)
}

/** Whether text is, or should be, an XML feed: the rest is JSON, a sitemap, an HTML page or nothing we know. */
export const looksXmlFeed = (start: string): boolean =>
  !/^[{[]/.test(start) &&
  !isSitemap(start.slice(0, 8_192)) &&
  /<(?:\w{1,20}:)?(?:rss|feed|rdf|channel|item|entry)[\s>]/i.test(start.slice(0, 65_536))

/** @param start decoded text without white space before it */
export const readText = async (
  start: string,
  { url, maxItems = MOST_ITEMS }: ReadOptions,
  warnings: readonly string[],
): Promise<ReadOutcome> => {
  if (start === '') return refusal('empty', 'the body is empty')
  const head = start.slice(0, 8_192)

  if (/^[{[]/.test(start)) {
    try {
      const feed = await readJsonFeed(JSON.parse(start), url, maxItems)
      return feed
        ? { kind: 'feed', feed: { ...feed, warnings: [...warnings, ...feed.warnings] } }
        : refusal('unknown-format', 'JSON, but no JSON Feed: it has no items')
    } catch (error) {
      return refusal('unreadable', `JSON that cannot be parsed: ${error instanceof Error ? error.message : error}`)
    }
  }
  if (isSitemap(head)) {
    const sitemaps = await sitemapsIn(start, url)
    if (sitemaps)
      return refusal(
        'sitemap-index',
        `an index of ${sitemaps.length} sitemaps, itself without news; the newest: ${sitemaps.slice(0, 3).join(', ')}`,
        sitemaps,
      )
    const feed = await readSitemap(start, maxItems)
    return { kind: 'feed', feed: { ...feed, warnings: [...warnings, ...feed.warnings] } }
  }
  if (!looksXmlFeed(start)) {
    if (/<(?:!doctype\s+html|html|head|body|title|meta)\b/i.test(head)) return notHtml(start, url)
    return refusal(
      'unknown-format',
      `neither XML feed, JSON Feed nor news sitemap: starts with ${JSON.stringify(head.slice(0, 60))}`,
    )
  }

  const read = await readDocument(start, maxItems)
  if (read === null) return refusal('unreadable', 'looks like a feed, but no feed element could be read')
  if (read.raw.items.length === 0 && /<!doctype\s+html|<html[\s>]/i.test(head)) return notHtml(start, url)
  return { kind: 'feed', feed: await feedOf(read.raw, url, maxItems, [...warnings, ...read.warnings]) }
}

/** What was read of a document, as the feed it is. */
export const feedOf = async (
  { format, channel, items }: RawFeed,
  url: string | undefined,
  maxItems: number,
  warnings: readonly string[],
): Promise<Feed> => {
  const links = channel.link ?? []
  const home =
    links
      .map(raw => ((attribute(raw, 'rel') ?? 'alternate') === 'alternate' ? attribute(raw, 'href') : null))
      .find(Boolean) ?? (format === 'atom' ? null : (links.map(textOf).find(Boolean) ?? null))
  const link = absolute(home, url)
  const language = firstText(channel, 'language', 'dc:language') ?? attribute(channel.$?.[0], 'xml:lang')
  const self = hintsOf(channel).self
  const base = [url, link, self].find(each => each != null && /^https?:\/\//i.test(each)) ?? undefined
  const context: FieldContext = { format, base, language }
  const kept = items.slice(0, maxItems)
  return {
    format,
    title: (channel.title ?? channel['dc:title'] ?? []).map(titleText).find(Boolean) ?? null,
    link,
    language,
    hints: hintsOf(channel),
    items: await mapInSlices(kept, item => readItem(item, context)),
    warnings:
      items.length > kept.length
        ? [...warnings, `${items.length - kept.length} items beyond ${maxItems} left out`]
        : warnings,
  }
}

const refusal = (reason: NotAFeed['reason'], detail: string, links: readonly string[] = []): NotAFeed => ({
  kind: 'not-a-feed',
  reason,
  detail,
  links,
})

/** An HTML page where a feed should be: says so, and names the feeds the page offers. */
const notHtml = (html: string, url: string | undefined): NotAFeed => {
  const links: string[] = []
  const parser = new Parser({
    onopentag(name, { rel, type, href }) {
      const offers = name === 'link' && /\balternate\b/i.test(rel ?? '') && /rss|atom|feed\+json|rdf/i.test(type ?? '')
      const link = offers ? absolute(href ?? null, url) : null
      if (link !== null && !links.includes(link)) links.push(link)
    },
  })
  parser.end(html.slice(0, 100_000))
  const title = /<title[^<>]*>([^<]{0,200})/i.exec(html.slice(0, 20_000))?.[1]?.trim()
  const offer = links.length > 0 ? `; the page offers ${links.join(', ')}` : ''
  return refusal('html', `an HTML page${title ? ` (${JSON.stringify(title)})` : ''} in place of a feed${offer}`, links)
}
