/** Bytes -> feed. Reads everything it can, says what it mended, and never throws: what is no feed is an outcome with a reason. */

import { Parser } from 'htmlparser2'
import { decode } from './decode.ts'
import { absolute, type FieldContext, readItem, titleText } from './fields.ts'
import { hintsOf } from './hints.ts'
import type { Feed, NotAFeed, ReadOutcome } from './item.ts'
import { readJsonFeed } from './json-feed.ts'
import { readLeniently } from './lenient.ts'
import { unusualCase } from './names.ts'
import { unusualPrefixes } from './namespaces.ts'
import { attribute, firstText, type RawFeed, textOf } from './raw.ts'
import { isSitemap, readSitemap } from './sitemap.ts'
import { beyondStrict, fellShort, readStrictly } from './strict.ts'

export interface ReadOptions {
  readonly contentType?: string | null
  /** Where the document was fetched: what relative links are resolved against. */
  readonly url?: string
  /** The newest are kept: feeds stand newest first. */
  readonly maxItems?: number
}

const MOST_ITEMS = 1_000

export const readFeed = async (
  bytes: Uint8Array,
  { contentType, url, maxItems = MOST_ITEMS }: ReadOptions = {},
): Promise<ReadOutcome> => {
  const { text, warnings } = decode(bytes, contentType)
  const start = text.trimStart()
  if (start === '') return refusal('empty', 'the body is empty')
  const head = start.slice(0, 8_192)

  if (/^[{[]/.test(start)) {
    try {
      const feed = readJsonFeed(JSON.parse(start), url, maxItems)
      return feed
        ? { kind: 'feed', feed: { ...feed, warnings: [...warnings, ...feed.warnings] } }
        : refusal('unknown-format', 'JSON, but no JSON Feed: it has no items')
    } catch (error) {
      return refusal('unreadable', `JSON that cannot be parsed: ${error instanceof Error ? error.message : error}`)
    }
  }
  if (isSitemap(head)) {
    const feed = readSitemap(start, maxItems)
    return { kind: 'feed', feed: { ...feed, warnings: [...warnings, ...feed.warnings] } }
  }
  const looksXml = /<(?:\w{1,20}:)?(?:rss|feed|rdf|channel|item|entry)[\s>]/i.test(start.slice(0, 65_536))
  if (!looksXml) {
    if (/<(?:!doctype\s+html|html|head|body|title|meta)\b/i.test(head)) return notHtml(start, url)
    return refusal(
      'unknown-format',
      `neither XML feed, JSON Feed nor news sitemap: starts with ${JSON.stringify(head.slice(0, 60))}`,
    )
  }

  const read = await readXml(start, maxItems)
  if (read === null) return refusal('unreadable', 'looks like a feed, but no feed element could be read')
  if (read.raw.items.length === 0 && /<!doctype\s+html|<html[\s>]/i.test(head)) return notHtml(start, url)
  return { kind: 'feed', feed: feedOf(read.raw, url, maxItems, [...warnings, ...read.warnings]) }
}

const readXml = async (text: string, maxItems: number): Promise<{ raw: RawFeed; warnings: string[] } | null> => {
  if (!beyondStrict(text) && !unusualPrefixes(text) && !unusualCase(text)) {
    try {
      const strict = await readStrictly(text)
      const lenient = fellShort(strict, itemsShown(text)) ? readLeniently(text, maxItems) : null
      return { raw: lenient && lenient.items.length >= strict.items.length ? lenient : strict, warnings: [] }
    } catch (error) {
      const raw = readLeniently(text, maxItems)
      const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
      return raw && { raw, warnings: [`not well-formed, read leniently: ${why}`] }
    }
  }
  const raw = readLeniently(text, maxItems)
  return raw && { raw, warnings: [] }
}

/** Start tags of items, those in comments and quoted markup too: never fewer than there are. */
const itemsShown = (text: string): number => {
  let count = 0
  for (const tag of ['<item', '<entry']) {
    for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, at + tag.length)) {
      if (/[\s>/]/.test(text[at + tag.length] ?? '')) count += 1
    }
  }
  return count
}

const feedOf = (
  { format, channel, items }: RawFeed,
  url: string | undefined,
  maxItems: number,
  warnings: readonly string[],
): Feed => {
  const links = channel.link ?? []
  const home =
    links
      .map(raw => ((attribute(raw, 'rel') ?? 'alternate') === 'alternate' ? attribute(raw, 'href') : null))
      .find(Boolean) ?? (format === 'atom' ? null : (links.map(textOf).find(Boolean) ?? null))
  const link = absolute(home, url)
  const language = firstText(channel, 'language', 'dc:language')
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
    items: kept.map(item => readItem(item, context)),
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
  parser.end(html.slice(0, 500_000))
  const title = /<title[^>]*>([^<]{0,200})/i.exec(html.slice(0, 20_000))?.[1]?.trim()
  const offer = links.length > 0 ? `; the page offers ${links.join(', ')}` : ''
  return refusal('html', `an HTML page${title ? ` (${JSON.stringify(title)})` : ''} in place of a feed${offer}`, links)
}
