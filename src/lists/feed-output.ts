/** Formats a published list as JSON Feed 1.1 or RSS 2.0, for readers without Redis. Entries stay plain text. */

import type { Entry } from '../domain/entry.ts'

export interface FeedContent {
  readonly list: string
  /** ISO 8601 UTC; null where it was never written. */
  readonly generatedAt: string | null
  readonly entries: readonly Entry[]
  /** Where the feed itself is. */
  readonly url: string
}

const formatTitle = (list: string): string => `newsdesk: ${list}`

/** JSON Feed 1.1: https://www.jsonfeed.org/version/1.1/ */
export const jsonFeed = ({ list, entries, url }: FeedContent): string =>
  JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: formatTitle(list),
    feed_url: url,
    items: entries.map(entry => ({
      id: entry.id,
      url: entry.url,
      title: entry.title,
      content_text: entry.summary,
      ...(entry.image === null ? {} : { image: entry.image }),
      date_published: entry.publishedAt,
      authors: [{ name: entry.author ?? entry.source.name }],
      tags: [...entry.sections],
      ...(entry.language === '' ? {} : { language: entry.language }),
    })),
  })

/**
 * Character references rather than entities: the form that readers of RSS agree on. Characters XML forbids are left
 * out.
 */
const xml = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, char => `&#x${char.charCodeAt(0).toString(16).toUpperCase()};`)

/** Text where a reader expects HTML: escaped once for it, and once more for XML. */
const asHtml = (text: string): string =>
  xml(text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'))

/** Titles are text to some readers and HTML to others: only what could be a tag is written as HTML would have it. */
const title = (text: string): string => (/<[a-z!/?]/i.test(text) ? asHtml(text) : xml(text))

/** RSS 2.0 with Dublin Core and Media RSS. Its dates are those of RFC 822. */
export const rss = ({ list, generatedAt, entries, url }: FeedContent): string => {
  const items = entries.map(
    entry => `<item>
<title>${title(entry.title)}</title>
<link>${xml(entry.url)}</link>
<guid isPermaLink="false">${xml(entry.id)}</guid>
<pubDate>${new Date(entry.publishedAt).toUTCString()}</pubDate>
<dc:creator>${xml(entry.author ?? entry.source.name)}</dc:creator>
<category>${xml(entry.section.label)}</category>
<description>${asHtml(entry.summary)}</description>${entry.image === null ? '' : `\n<media:content url="${xml(entry.image)}" medium="image"/>`}
</item>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>${xml(formatTitle(list))}</title>
<link>${xml(url)}</link>
<description>${xml(formatTitle(list))}</description>
<atom:link href="${xml(url)}" rel="self" type="application/rss+xml"/>${generatedAt === null ? '' : `\n<lastBuildDate>${new Date(generatedAt).toUTCString()}</lastBuildDate>`}
${items.join('\n')}
</channel>
</rss>
`
}
