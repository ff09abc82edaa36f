/** Reads RSS, RDF and Atom. The same readers and field rules serve all three formats. */

import type { Feed, ReadOutcome } from '../../domain/feed-item.ts'
import { mapInSlices } from '../../util/slices.ts'
import { type FieldContext, readItem, titleText } from '../fields/fields.ts'
import { readHints } from '../fields/hints.ts'
import { absolute } from '../fields/links.ts'
import { feedAuthors } from '../fields/people.ts'
import { attribute, firstText, type RawFeed, readText } from '../xml/raw.ts'
import { readDocument } from '../xml/slices.ts'
import { type FeedFormat, HEAD, type Wanted } from './format.ts'
import { CUT_OFF, refusal, refuseHtml } from './outcome.ts'

/** Number of characters searched for the start tag by which a format is recognised. */
const SEARCHED = 65_536

const readXmlFeed = async (start: string, { url, maxItems, withContent }: Wanted): Promise<ReadOutcome> => {
  const read = await readDocument(start, maxItems)
  if (read === null) return refusal('unreadable', 'looks like a feed, but no feed element could be read')
  if (read.raw.items.length === 0 && /<!doctype\s+html|<html[\s>]/i.test(start.slice(0, HEAD)))
    return refuseHtml(start, url)
  return { kind: 'feed', feed: await buildFeed(read.raw, { url, maxItems, withContent }, read.warnings) }
}

/** @param elements start tags by which a document of the format is recognised */
export const xmlFeedFormat = (name: RawFeed['format'], elements: readonly string[]): FeedFormat => {
  const tag = new RegExp(`<(?:\\w{1,20}:)?(?:${elements.join('|')})[\\s>]`, 'i')
  return { name, isXmlFeed: true, detect: start => tag.test(start.slice(0, SEARCHED)), read: readXmlFeed }
}

/** Builds a feed from the raw elements of a document. */
export const buildFeed = async (
  { format, channel, items, isCutOff }: RawFeed,
  { url, maxItems, withContent = false }: Wanted,
  warnings: readonly string[],
): Promise<Feed> => {
  const links = channel.link ?? []
  const home =
    links
      .map(raw => ((attribute(raw, 'rel') ?? 'alternate') === 'alternate' ? attribute(raw, 'href') : null))
      .find(Boolean) ?? (format === 'atom' ? null : (links.map(readText).find(Boolean) ?? null))
  const link = absolute(home, url)
  const language = firstText(channel, 'language', 'dc:language') ?? attribute(channel.$?.[0], 'xml:lang')
  const self = readHints(channel).self
  // Atom's links are relative to the document (RFC 4287, 2); those of RSS are to the site, as its publishers mean them.
  const bases = format === 'atom' ? [url, link, self] : [link, url, self]
  const base = bases.find(each => each != null && /^https?:\/\//i.test(each)) ?? undefined
  const authors = feedAuthors(channel, { format, base })
  const context: FieldContext = { format, base, language, authors, withContent }
  const kept = items.slice(0, maxItems)
  return {
    format,
    title:
      (channel.title ?? channel['dc:title'] ?? []).map(raw => titleText(raw, 'title', format)).find(Boolean) ?? null,
    link,
    language,
    hints: readHints(channel),
    items: await mapInSlices(kept, item => readItem(item, context)),
    ...(isCutOff ? { isCutOff } : {}),
    warnings: [
      ...warnings,
      ...(isCutOff ? [CUT_OFF] : []),
      ...(items.length > kept.length ? [`${items.length - kept.length} items beyond ${maxItems} left out`] : []),
    ],
  }
}
