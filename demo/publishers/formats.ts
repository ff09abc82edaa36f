/** Formats items as a document in a publisher's format and charset. (pure) */

import type { StandItem } from './editions.ts'
import { encode } from './encode.ts'
import type { DemoPublisher } from './publishers.ts'

const xml = (text: string): string =>
  text.replace(/[&<>"]/g, char => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? char)

const rfc822 = (at: number): string => new Date(at).toUTCString()
const iso = (at: number): string => new Date(at).toISOString()

/** @param base URL of the publisher, without a trailing slash */
export const link = (base: string, item: StandItem): string => `${base}/${item.path}`

/** URL of the hub of all publishers. */
export const hubUrl = (base: string): string => new URL('/hub', base).href

const picture = (base: string, item: StandItem): string => `${base}/pictures/${item.id}.svg`

const rss = (
  { name, language }: DemoPublisher,
  base: string,
  items: readonly StandItem[],
  charset: string,
): string => `<?xml version="1.0" encoding="${charset}"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>${xml(name)}</title><link>${base}/</link><description>${xml(name)}</description><language>${language}</language><ttl>5</ttl>
${items
  .map(
    item =>
      `<item><title>${xml(item.title)}</title><link>${link(base, item)}?utm_source=rss</link><guid isPermaLink="false">${item.id}</guid><pubDate>${rfc822(item.publishedAt)}</pubDate>${item.author ? `<dc:creator>${xml(item.author)}</dc:creator>` : ''}<category>${xml(item.category)}</category><description><![CDATA[<p>${xml(item.text)}</p>]]></description><media:content url="${picture(base, item)}" medium="image"/></item>`,
  )
  .join('\n')}
</channel></rss>`

const rdf = (
  { name, language }: DemoPublisher,
  base: string,
  items: readonly StandItem[],
  charset: string,
): string => `<?xml version="1.0" encoding="${charset}"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="${base}/"><title>${xml(name)}</title><link>${base}/</link><description>${xml(name)}</description><dc:language>${language}</dc:language></channel>
${items
  .map(
    item =>
      `<item rdf:about="${link(base, item)}"><title>${xml(item.title)}</title><link>${link(base, item)}</link><description>${xml(item.text)}</description><dc:date>${iso(item.publishedAt)}</dc:date>${item.author ? `<dc:creator>${xml(item.author)}</dc:creator>` : ''}<dc:subject>${xml(item.category)}</dc:subject></item>`,
  )
  .join('\n')}
</rdf:RDF>`

const atom = (
  { id, name, language, push }: DemoPublisher,
  base: string,
  items: readonly StandItem[],
  charset: string,
): string => `<?xml version="1.0" encoding="${charset}"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}"><title>${xml(name)}</title><id>tag:${id}.example,2026:feed</id><link rel="alternate" href="${base}/"/><link rel="self" href="${base}/feed"/>${push ? `<link rel="hub" href="${hubUrl(base)}"/>` : ''}<updated>${iso(items[0]?.publishedAt ?? 0)}</updated>
${items
  .map(
    item =>
      `<entry><title type="html">${xml(xml(item.title))}</title><id>tag:${id}.example,2026:${item.id}</id><link rel="alternate" href="${link(base, item)}"/><published>${iso(item.publishedAt)}</published><updated>${iso(item.updatedAt ?? item.publishedAt)}</updated>${item.author ? `<author><name>${xml(item.author)}</name></author>` : ''}<category term="${xml(item.category)}"/><summary>${xml(item.text)}</summary><link rel="enclosure" type="image/svg+xml" href="${picture(base, item)}"/></entry>`,
  )
  .join('\n')}
</feed>`

const json = ({ name, language }: DemoPublisher, base: string, items: readonly StandItem[]): string =>
  JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: name,
    home_page_url: `${base}/`,
    feed_url: `${base}/feed`,
    language,
    items: items.map(item => ({
      id: item.id,
      url: link(base, item),
      title: item.title,
      content_html: `<p>${xml(item.text)}</p>`,
      date_published: iso(item.publishedAt),
      ...(item.updatedAt ? { date_modified: iso(item.updatedAt) } : {}),
      image: picture(base, item),
      tags: [item.category],
      ...(item.author ? { authors: [{ name: item.author }] } : {}),
    })),
  })

const sitemap = (
  { name, language }: DemoPublisher,
  base: string,
  items: readonly StandItem[],
  charset: string,
): string => `<?xml version="1.0" encoding="${charset}"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
${items
  .map(
    item =>
      `<url><loc>${link(base, item)}</loc><news:news><news:publication><news:name>${xml(name)}</news:name><news:language>${language}</news:language></news:publication><news:publication_date>${iso(item.publishedAt)}</news:publication_date><news:title>${xml(item.title)}</news:title><news:keywords>${xml(item.category)}</news:keywords></news:news></url>`,
  )
  .join('\n')}
</urlset>`

const TYPES = {
  rss: 'application/rss+xml',
  rdf: 'application/rdf+xml',
  atom: 'application/atom+xml',
  json: 'application/feed+json',
  sitemap: 'application/xml',
} as const

export interface Document {
  readonly body: Uint8Array
  readonly contentType: string
}

export const formatDocument = (publisher: DemoPublisher, base: string, items: readonly StandItem[]): Document => {
  const { format, charset } = publisher
  const make = { rss, rdf, atom, sitemap, json }[format]
  const label = charset.startsWith('utf-16') ? 'utf-16' : charset
  // Some omit the charset in the header, as in life: the document itself must declare it.
  const header = charset === 'utf-8' || format === 'rdf' ? `${TYPES[format]}; charset=${label}` : TYPES[format]
  return { body: encode(make(publisher, base, items, label), charset), contentType: header }
}
