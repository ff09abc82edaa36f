/** Builds the outcome for a document that is not a feed, with a reason for code and one in words. */

import { Parser } from 'htmlparser2'
import type { NotAFeed } from '../../domain/feed-item.ts'
import { absolute } from '../fields/links.ts'

export const refusal = (reason: NotAFeed['reason'], detail: string, links: readonly string[] = []): NotAFeed => ({
  kind: 'not-a-feed',
  reason,
  detail,
  links,
})

/** Warning of a document that ends before its end. */
export const CUT_OFF = 'the document is cut off: what is missing is left for the next fetch'

const HTML = /<(?:!doctype\s+html|html|head|body|title|meta)\b/i

/** @param head the beginning of a document */
export const looksLikeHtml = (head: string): boolean => HTML.test(head)

/** Builds the outcome for an HTML page, with the feeds that the page declares. */
export const refuseHtml = (html: string, url: string | undefined): NotAFeed => {
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
