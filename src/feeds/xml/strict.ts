/**
 * The strict reader: rss-parser on decoded text. rss-parser is configured to return the elements themselves, so that
 * one set of rules interprets both readers' output.
 */

import type { Raw, RawFeed, RawFields } from './raw.ts'
import { RssParser } from './rss-parser.ts'

/** Every element of an item that any field uses. */
export const ITEM_ELEMENTS = [
  'title',
  'link',
  'guid',
  'id',
  'pubDate',
  'published',
  'issued',
  'created',
  'modified',
  'updated',
  'date',
  'author',
  'contributor',
  'category',
  'keywords',
  'description',
  'summary',
  'content',
  'enclosure',
  'image',
  'source',
  'comments',
  'language',
  'body',
  'abstract',
  'tagline',
  'url',
  'fullitem',
  'dc:title',
  'dc:date',
  'dc:creator',
  'dc:author',
  'dc:subject',
  'dc:description',
  'dc:identifier',
  'dc:language',
  'dcterms:issued',
  'dcterms:created',
  'dcterms:modified',
  'dcterms:available',
  'dcterms:date',
  'dcterms:valid',
  'dcterms:creator',
  'dcterms:subject',
  'content:encoded',
  'content:items',
  'media:content',
  'media:thumbnail',
  'media:group',
  'media:title',
  'media:description',
  'media:credit',
  'media:keywords',
  'media:category',
  'itunes:author',
  'itunes:image',
  'itunes:summary',
  'itunes:subtitle',
  'itunes:keywords',
  'itunes:category',
  'itunes:title',
  'itunes:duration',
  'atom:link',
  'atom:published',
  'atom:updated',
  'atom:author',
  'atom:category',
  'a10:author',
  'atom:summary',
  'atom:content',
  'atom:title',
  'atom:id',
  'feedburner:origLink',
  'slash:comments',
  'thr:total',
  'xhtml:body',
  'rdf:about',
  'expirationDate',
  'g:image_link',
] as const

export const CHANNEL_ELEMENTS = [
  'title',
  'link',
  'id',
  'language',
  'ttl',
  'skipHours',
  'skipDays',
  'cloud',
  'description',
  'subtitle',
  'tagline',
  'author',
  'dc:creator',
  'dc:language',
  'dc:title',
  'dc:date',
  'sy:updatePeriod',
  'sy:updateFrequency',
  'sy:updateBase',
  'atom:link',
  'managingEditor',
  'itunes:author',
  'image',
  'dc:publisher',
  'lastBuildDate',
  'updated',
] as const

const fieldOptions = (names: readonly string[]) =>
  names.map(name => [name, `=${name}`, { keepArray: true }] as [string, string, { keepArray: true }])

const newParser = () =>
  new RssParser({
    defaultRSS: 2,
    customFields: {
      item: [...fieldOptions(ITEM_ELEMENTS), ['$', '=$', { keepArray: true }]],
      feed: [...fieldOptions(CHANNEL_ELEMENTS), ['$', '=$', { keepArray: true }]] as unknown as string[], // its types do not allow renaming a feed's fields
    },
  })

let parser = newParser()

/**
 * rss-parser answers before it returns, or never: some truncated documents leave its parser in a state in which it
 * never calls back. If there is no answer one tick later, there will be none. A parser that failed is not used again.
 */
const parsed = async (text: string) => {
  let turn: NodeJS.Immediate | undefined
  const silence = new Promise<never>((_, reject) => {
    turn = setImmediate(() => reject(new Error('rss-parser gave no answer')))
  })
  try {
    return await Promise.race([parser.parseString(text), silence])
  } catch (error) {
    parser = newParser()
    throw error
  } finally {
    clearImmediate(turn)
  }
}

const rawFields = (feed: object): RawFields => {
  const fields: Record<string, RawFields[string]> = Object.create(null)
  for (const [name, value] of Object.entries(feed)) {
    if (name === '=$') fields.$ = [{ $: value }]
    else if (name.startsWith('=') && Array.isArray(value)) fields[name.slice(1)] = value
  }
  return fields
}

/**
 * Documents that rss-parser would silently misread: ordered markup, inherited base URLs, declared entities. The lenient
 * reader reads those.
 */
export const beyondStrict = (text: string): boolean =>
  /\btype\s*=\s*["'](?:xhtml|application\/xhtml\+xml)["']|\bmode\s*=\s*["']xml["']|\bxml:base\s*=|<!DOCTYPE[^<>[]*\[/i.test(
    text,
  )

/** Text mixed with elements, whose order xml2js does not preserve. */
const holdsMarkup = (raw: Raw): boolean =>
  typeof raw === 'object' && Object.keys(raw).some(key => key !== '_' && key !== '$')
const PROSE = [
  'title',
  'description',
  'summary',
  'content',
  'content:encoded',
  'dc:title',
  'dc:description',
  'itunes:summary',
  'xhtml:body',
  'body',
  'link',
] as const

/**
 * Whether rss-parser missed something: text with inline markup, or items where it does not look for them (`expected` is
 * the number that the text shows).
 */
export const fellShort = ({ items, channel }: RawFeed, expected: number): boolean =>
  items.length < expected ||
  [channel, ...items].some(fields => PROSE.some(name => Object.hasOwn(fields, name) && fields[name]?.some(holdsMarkup)))

/** sax takes quadratic time on an unknown declaration whose end is far away: 4 KB of `<!<!` took 0.2 seconds. */
const STRAY_DECLARATION = /<!(?!--|\[CDATA\[|DOCTYPE\s)/i

/** @throws any error of rss-parser if it cannot read the document */
export const readStrictly = async (text: string): Promise<RawFeed> => {
  if (STRAY_DECLARATION.test(text)) throw new Error('it holds a declaration that XML does not have')
  const feed = await parsed(text)
  const head = text.slice(0, 20_000)
  return {
    format: /<feed[\s>]/.test(head) ? 'atom' : /<rdf:RDF[\s>]/.test(head) ? 'rdf' : 'rss',
    channel: rawFields(feed),
    items: feed.items.map(rawFields),
  }
}
