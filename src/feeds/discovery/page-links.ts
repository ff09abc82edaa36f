/**
 * Lists URLs at which the feeds of a page may be: those it declares, those it links to, common paths, and the sitemaps
 * that robots.txt names. It fetches nothing; discover.ts tries the URLs.
 */

import { Parser } from 'htmlparser2'
import { absolute } from '../fields/links.ts'

export interface PageLinks {
  /** Feeds the page declares, by rel=alternate. */
  readonly declared: readonly string[]
  /** Links of the page that look like feeds. */
  readonly linked: readonly string[]
}

const FEED_TYPE = /\b(?:rss|atom|rdf|feed)\+(?:xml|json)\b|^(?:text|application)\/(?:xml|rss)\b/i
const FEED_PATH = /(?:^|[/._-])(?:rss|feeds?|atom|rdf|index\.xml)(?:$|[/._?-])|\.(?:rss|atom|rdf)$|feed\.json$/i
/** Feeds of comments come last, since they carry no news. */
const COMMENTS = /comments?(?:\/|$|-|\b)/i
const MAX_LINKED = 12
const MAX_LENGTH = 500_000

const unique = (urls: readonly string[]): string[] => [...new Set(urls)]

export const findLinks = (html: string, url: string): PageLinks => {
  const declared: string[] = []
  const linked: string[] = []
  let base = url
  const parser = new Parser({
    onopentag(name, { rel = '', type = '', href }) {
      if (name === 'base' && href && URL.canParse(href, url)) base = new URL(href, url).href
      const at = absolute(href ?? null, base)
      if (at === null || !/^https?:/.test(at)) return
      if (name === 'link' && /\balternate\b/i.test(rel) && FEED_TYPE.test(type)) declared.push(at)
      else if (name === 'a' && (FEED_TYPE.test(type) || FEED_PATH.test(new URL(at).pathname))) linked.push(at)
    },
  })
  parser.end(html.slice(0, MAX_LENGTH))
  const rank = (urls: readonly string[]) =>
    unique(urls).sort((a, b) => Number(COMMENTS.test(a)) - Number(COMMENTS.test(b)))
  return {
    declared: rank(declared),
    linked: rank(linked)
      .filter(each => !declared.includes(each))
      .slice(0, MAX_LINKED),
  }
}

const COMMON = ['/feed', '/rss', '/rss.xml', '/atom.xml', '/feed.xml', '/feed.json', '/index.xml']
const SITEMAPS = ['/sitemap_news.xml', '/news-sitemap.xml', '/sitemap-news.xml']

/** Lists common URLs of feeds, first those under the path of the page, if it has one, then those at the root. */
export const commonFeeds = (page: string): readonly string[] => {
  const { pathname, origin } = new URL(page)
  const last = pathname.lastIndexOf('/')
  const folder = pathname.includes('.', last) ? pathname.slice(0, last) : pathname
  const own = folder.replace(/(?<!\/)\/+$/, '')
  return unique([
    ...(own === '' ? [] : [`${origin}${own}/feed`, `${origin}${own}/rss`]),
    ...COMMON.map(path => origin + path),
  ])
}

export const commonSitemaps = (page: string): readonly string[] => SITEMAPS.map(path => new URL(page).origin + path)

/** Finds the sitemaps that a robots.txt names. Those with `news` in their URL come first. */
export const findSitemaps = (robots: string, url: string): readonly string[] =>
  unique(
    [...robots.slice(0, MAX_LENGTH).matchAll(/^[\t ]*sitemap[\t ]*:[\t ]*(\S+)/gim)].flatMap(([, at = '']) =>
      URL.canParse(at, url) && /^https?:$/.test(new URL(at, url).protocol) ? [new URL(at, url).href] : [],
    ),
  ).sort((a, b) => Number(/news/i.test(b)) - Number(/news/i.test(a)))
