/**
 * The feed parsers of npm, read for the same facts, each under the best conditions: text decoded as UTF-8 with invalid
 * bytes replaced, texts stripped of markup and names of email addresses like newsdesk's, the first `img` of its texts
 * if it has no picture, and for each fact the best of its fields. Used by the conformance table.
 */

import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { parseFeed as parseByRowan } from '@rowanmanning/feed-parser'
import FeedParser from 'feedparser'
import { parseFeed as parseByFeedsmith } from 'feedsmith'
import type RssParser from 'rss-parser'
import { bareName } from '../src/feeds/fields/people.ts'
import type { FoundItem } from './conformance.ts'
import type { Details } from './reference.ts'

type Reader = (bytes: Buffer) => Promise<readonly FoundItem[]>
/** Their items are unions of many formats: fields are looked up by name and checked by type. */
type Item = Readonly<Record<string, unknown>>

const textIn = (value: unknown): string | null => {
  if (typeof value === 'string') return value.trim() || null
  if (typeof value !== 'object' || value === null) return null
  const { value: inner, _, href } = value as Item
  return textIn(inner) ?? textIn(_) ?? textIn(href)
}
const dateIn = (...values: unknown[]): string | null => {
  for (const value of values) {
    const date = value instanceof Date ? value : new Date(textIn(value) ?? Number.NaN)
    if (Number.isFinite(date.getTime())) return date.toISOString()
  }
  return null
}
const first = (...values: unknown[]): string | null => values.map(textIn).find(Boolean) ?? null
const list = (value: unknown): readonly Item[] => (Array.isArray(value) ? value : [])
const alternate = (links: unknown): unknown =>
  (list(links).find(({ rel }) => rel === undefined || rel === 'alternate') ?? list(links)[0])?.href

const strictParser = (): RssParser => {
  const require = createRequire(import.meta.url)
  // newsdesk patches a slow part of its own copy: this is another copy, as installed.
  for (const file of Object.keys(require.cache)) if (file.includes('/rss-parser/')) delete require.cache[file]
  const Parser = require('rss-parser') as typeof RssParser // the module's CommonJS export is the class
  return new Parser()
}

const streamed = (bytes: Buffer): Promise<Item[]> =>
  new Promise((resolve, reject) => {
    const items: Item[] = []
    const parser = new FeedParser({ addmeta: false })
    parser.on('error', reject)
    parser.on('data', (item: unknown) => items.push(item as Item)) // a stream's types say nothing of its objects
    parser.on('end', () => resolve(items))
    Readable.from([bytes]).pipe(parser)
  })

/** A value, or the values of a list; of objects, their `name`, `label`, `term`, `url`, `href` or text. */
const textsIn = (value: unknown, ...keys: readonly string[]): string[] =>
  (Array.isArray(value) ? value : [value])
    .map(each => {
      const named = typeof each === 'object' && each !== null ? keys.map(key => (each as Item)[key]) : []
      return first(...named, each)
    })
    .filter(text => text !== null)

const asItem = (value: unknown): Item => (typeof value === 'object' && value !== null ? (value as Item) : {})

/** Addresses of those of a list whose type is one of these. */
const ofType = (value: unknown, type: RegExp): string[] =>
  list(value)
    .filter(each => type.test(`${textIn(each.type) ?? ''} ${textIn(each.mimeType) ?? ''} ${textIn(each.medium) ?? ''}`))
    .flatMap(each => textsIn(each, 'url', 'href'))

const PLAYED = /\b(?:audio|video)\b/
const SHOWN = /\bimage\b/

export const OTHERS = (plainText: (html: string) => string): Readonly<Record<string, Reader>> => {
  const facts = (title: unknown, link: unknown, id: unknown, published: string | null, details: Details): FoundItem => {
    const written = textIn(title)
    return {
      title: written === null ? null : plainText(written) || null,
      link: textIn(link),
      id: textIn(id),
      published,
      details,
    }
  }
  const read = ({ authors, categories, image, summary, content, enclosures }: Details): Details => {
    const asText = (fields: Details['summary']) => fields.flatMap(field => [field, field.map(plainText)])
    const inText = [...content, ...summary]
      .flat()
      .map(html => /<img\s[^>]*src=["']?([^"'\s>]+)/i.exec(html)?.[1])
      .find(Boolean)
    const pictures = image.filter(([url]) => url !== undefined)
    return {
      authors: authors.map(names => names.map(bareName).filter(Boolean)),
      categories,
      image: pictures.length > 0 || inText === undefined ? pictures : [[inText]],
      summary: asText(summary),
      content: asText(content),
      enclosures,
    }
  }
  const rssParser = strictParser()
  return {
    'rss-parser': async bytes => {
      const { items } = await rssParser.parseString(bytes.toString('utf8'))
      return items.map(item => {
        const raw = item as unknown as Item // it types only some of what it gives
        const { title, link, guid, id, isoDate, pubDate, enclosure } = raw
        const itunes = asItem(raw.itunes)
        return facts(
          title,
          link,
          guid ?? id,
          dateIn(isoDate, pubDate),
          read({
            authors: [textsIn(raw.creator), textsIn(raw.author), textsIn(itunes.author)],
            categories: [textsIn(raw.categories), textsIn(itunes.categories)],
            image: [ofType([asItem(enclosure)], SHOWN), textsIn(itunes.image)],
            summary: [textsIn(raw.summary), textsIn(raw.content), textsIn(itunes.summary)],
            content: [textsIn(raw['content:encoded']), textsIn(raw.content)],
            enclosures: [ofType([asItem(enclosure)], PLAYED)],
          }),
        )
      })
    },
    feedsmith: async bytes => {
      const { feed } = parseByFeedsmith(bytes.toString('utf8')) as { feed: Item } // one of many formats' types
      return list(feed.items ?? feed.entries).map(item => {
        const [dc, itunes, media] = [asItem(item.dc), asItem(item.itunes), asItem(item.media)]
        const attached = list(item.links).filter(({ rel }) => rel === 'enclosure')
        const files = [...list(item.enclosures), ...list(item.attachments), ...attached, ...list(media.contents)]
        return facts(
          item.title ?? dc.title,
          first(item.link, item.url, alternate(item.links)),
          first(item.guid, item.id, (item.rdf as Item | undefined)?.about),
          dateIn(item.pubDate, item.published, item.date_published, item.updated, dc.date),
          read({
            authors: [textsIn(item.authors, 'name'), textsIn(dc.creators), textsIn(itunes.author)],
            categories: [
              textsIn(item.categories, 'label', 'term', 'name'),
              textsIn(item.tags),
              textsIn(dc.subjects),
              textsIn(itunes.categories, 'text'),
              textsIn(media.categories, 'name'),
            ],
            image: [ofType(files, SHOWN), textsIn(item.image), textsIn(itunes.image)],
            summary: [item.summary, item.description, dc.description, itunes.summary].map(each => textsIn(each)),
            content: [
              textsIn(item.content),
              textsIn(asItem(item.content).encoded),
              textsIn(item.content_html),
              textsIn(item.content_text),
            ],
            enclosures: [ofType(files, PLAYED)],
          }),
        )
      })
    },
    '@rowanmanning/feed-parser': async bytes =>
      parseByRowan(bytes.toString('utf8')).items.map(item =>
        facts(
          item.title,
          item.url,
          item.id,
          dateIn(item.published, item.updated),
          read({
            authors: [textsIn(item.authors, 'name')],
            categories: [textsIn(item.categories, 'label', 'term')],
            image: [textsIn(item.image, 'url'), ofType(item.media, SHOWN)],
            summary: [textsIn(item.description)],
            content: [textsIn(item.content)],
            enclosures: [ofType(item.media, PLAYED)],
          }),
        ),
      ),
    'feedparser (npm)': async bytes =>
      (await streamed(bytes)).map(({ title, link, guid, pubdate, date, ...item }) =>
        facts(
          title,
          link,
          guid,
          dateIn(pubdate, date),
          read({
            authors: [textsIn(item.author), textsIn(item['dc:creator'], '#')],
            categories: [textsIn(item.categories)],
            image: [textsIn(item.image, 'url'), ofType(item.enclosures, SHOWN)],
            summary: [textsIn(item.summary), textsIn(item.description)],
            content: [textsIn(item.description)],
            enclosures: [ofType(item.enclosures, PLAYED)],
          }),
        ),
      ),
  }
}
