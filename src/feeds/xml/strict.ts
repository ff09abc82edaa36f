/**
 * The strict reader of XML feeds, which is tried first: rss-parser on decoded text. It returns raw elements in the same
 * shape as the lenient reader, so that the rules in src/feeds/fields/ apply to both.
 */

import type { Raw, RawFeed, RawFields } from './raw.ts'
import { RssParser } from './rss-parser.ts'

/** All elements of an item that some field is read from. */
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
  'itunes:title',
  'atom:link',
  'atom:published',
  'atom:updated',
  'atom:author',
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

const asked = (names: readonly string[]) =>
  names.map(name => [name, `=${name}`, { keepArray: true }] as [string, string, { keepArray: true }])

const newParser = () =>
  new RssParser({
    defaultRSS: 2,
    customFields: {
      item: [...asked(ITEM_ELEMENTS), ['$', '=$', { keepArray: true }]],
      feed: [...asked(CHANNEL_ELEMENTS), ['$', '=$', { keepArray: true }]] as unknown as string[], // its types forget that a feed's fields may be renamed too
    },
  })

let parser = newParser()

/**
 * Runs rss-parser. After some truncated documents it never calls back. It normally does so synchronously, so if it has
 * not by the next turn of the event loop, it never will. A parser that failed is replaced by a new one.
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
 * Whether a document has something that rss-parser would silently read wrongly: unescaped markup, inherited xml:base,
 * or declared entities. Such documents go to the lenient reader.
 */
export const beyondStrict = (text: string): boolean =>
  /\btype\s*=\s*["'](?:xhtml|application\/xhtml\+xml)["']|\bmode\s*=\s*["']xml["']|\bxml:base\s*=|<!DOCTYPE[^<>[]*\[/i.test(
    text,
  )

/** Whether a text contains elements; xml2js does not keep their order. */
const holdsMarkup = (raw: Raw): boolean =>
  typeof raw === 'object' && Object.keys(raw).some(key => key !== '_' && key !== '$')
const PROSE = ['title', 'description', 'summary', 'content', 'content:encoded', 'dc:title', 'link'] as const

/**
 * Whether rss-parser missed something: unescaped markup in a text, or items in places where it does not look.
 * @param expected number of items in the document
 */
export const fellShort = ({ items, channel }: RawFeed, expected: number): boolean =>
  items.length < expected ||
  [channel, ...items].some(fields => PROSE.some(name => Object.hasOwn(fields, name) && fields[name]?.some(holdsMarkup)))

/**
 * A declaration that sax does not know. It takes quadratic time to find the end of one: 4 KB of `<!<!` took a fifth of
 * a second.
 */
const STRAY_DECLARATION = /<!(?!--|\[CDATA\[|DOCTYPE\s)/i

/** @throws whatever rss-parser throws if it cannot read the document */
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
