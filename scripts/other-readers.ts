/**
 * The feed parsers of npm, read for the same four facts, each under the best conditions: text decoded as UTF-8 with
 * invalid bytes replaced, titles stripped of markup like newsdesk's, and for each fact the best of its fields. Used by
 * the conformance table.
 */

import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { parseFeed as parseByRowan } from '@rowanmanning/feed-parser'
import FeedParser from 'feedparser'
import { parseFeed as parseByFeedsmith } from 'feedsmith'
import type RssParser from 'rss-parser'
import type { Facts } from './conformance.ts'

type Reader = (bytes: Buffer) => Promise<readonly Facts[]>
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

export const OTHERS = (plainText: (html: string) => string): Readonly<Record<string, Reader>> => {
  const facts = (title: unknown, link: unknown, id: unknown, published: string | null): Facts => {
    const written = textIn(title)
    return {
      title: written === null ? null : plainText(written) || null,
      link: textIn(link),
      id: textIn(id),
      published,
    }
  }
  const rssParser = strictParser()
  return {
    'rss-parser': async bytes => {
      const { items } = await rssParser.parseString(bytes.toString('utf8'))
      return items.map(item => {
        const { title, link, guid, id, isoDate, pubDate } = item as unknown as Item // it types only some of what it gives
        return facts(title, link, guid ?? id, dateIn(isoDate, pubDate))
      })
    },
    feedsmith: async bytes => {
      const { feed } = parseByFeedsmith(bytes.toString('utf8')) as { feed: Item } // one of many formats' types
      return list(feed.items ?? feed.entries).map(item => {
        const dc = (item.dc ?? {}) as Item // Dublin Core's own object, where there is one
        return facts(
          item.title ?? dc.title,
          first(item.link, item.url, alternate(item.links)),
          first(item.guid, item.id, (item.rdf as Item | undefined)?.about),
          dateIn(item.pubDate, item.published, item.date_published, item.updated, dc.date),
        )
      })
    },
    '@rowanmanning/feed-parser': async bytes =>
      parseByRowan(bytes.toString('utf8')).items.map(({ title, url, id, published, updated }) =>
        facts(title, url, id, dateIn(published, updated)),
      ),
    'feedparser (npm)': async bytes =>
      (await streamed(bytes)).map(({ title, link, guid, pubdate, date }) =>
        facts(title, link, guid, dateIn(pubdate, date)),
      ),
  }
}
