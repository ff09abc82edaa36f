/** Small builders of feed documents. */

import type { Feed } from '../../src/feed/item.ts'
import { type ReadOptions, readFeed } from '../../src/feed/read.ts'

const NAMESPACES =
  'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'

const _anRss = (...items: string[]): string =>
  `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" ${NAMESPACES}><channel><title>Example News</title><link>https://news.example/</link>${items.map(item => `<item>${item}</item>`).join('')}</channel></rss>`

const _anAtom = (...entries: string[]): string =>
  `<feed xmlns="http://www.w3.org/2005/Atom"><title>Example</title><id>urn:feed</id>${entries.map(entry => `<entry>${entry}</entry>`).join('')}</feed>`

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What newsdesk reads from a document that is a feed. */
export const read = async (document: string | Uint8Array, options: ReadOptions = {}): Promise<Feed> => {
  const outcome = await readFeed(typeof document === 'string' ? bytesOf(document) : document, options)
  if (outcome.kind !== 'feed') throw new Error(`no feed: ${outcome.detail}`)
  return outcome.feed
}

/** The only item of a document. */
const _readItem = async (document: string | Uint8Array, options: ReadOptions = {}) => {
  const [item] = (await read(document, options)).items
  if (!item) throw new Error('no item')
  return item
}
