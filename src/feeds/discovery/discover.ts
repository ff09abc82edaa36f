/**
 * Finds the feeds of a page: fetches each URL that may be one, reads it, and describes what it contains. The caller
 * passes the function that fetches, which also waits for its turn at the domain.
 */

import type { Feed, NotAFeed } from '../../domain/feed-item.ts'
import type { FetchOutcome } from '../../http-client/fetch.ts'
import { decode } from '../decode.ts'
import { newsSitemaps } from '../formats/sitemap/read.ts'
import { type Identified, identify } from '../identity.ts'
import { readFeed } from '../read.ts'
import { commonFeeds, commonSitemaps, findLinks, findSitemaps } from './page-links.ts'

export interface FoundFeed {
  /** URL that was requested. */
  readonly url: string
  /** URL after redirects. */
  readonly finalUrl: string
  /** How it was found. */
  readonly how: 'given' | 'declared' | 'linked' | 'common' | 'robots' | 'sitemap'
  readonly feed: Feed
  readonly items: readonly Identified[]
  /** Date of the newest item, ms since the epoch; null if no item has a date. */
  readonly newest: number | null
  /** Items per day, estimated from their dates; null if there are too few dates. */
  readonly perDay: number | null
  /** Target of a permanent redirect that was followed. */
  readonly movedTo: string | null
}

export type Discovery =
  | { readonly kind: 'found'; readonly feeds: readonly FoundFeed[]; readonly tried: number }
  | { readonly kind: 'failed'; readonly reason: string; readonly detail: string }

/** The outcome of fetching a page. It is never `held`, since the function that fetches waits, also after redirects. */
export type PageOutcome = Exclude<FetchOutcome, { kind: 'held' }>

export type FetchPage = (url: string) => Promise<PageOutcome>

const DAY = 86_400_000

type FetchedPage = Extract<FetchOutcome, { kind: 'changed' }>

const read = ({ body, contentType, url }: FetchedPage) => readFeed(body, { contentType, url })

export const foundFeed = (url: string, how: FoundFeed['how'], fetched: FetchedPage, feed: Feed): FoundFeed => {
  const dates = feed.items
    .flatMap(({ published, updated }) => ((published ?? updated) ? [Date.parse(published ?? updated ?? '')] : []))
    .sort((a, b) => b - a)
  const [newest = null] = dates
  const span = newest === null ? 0 : newest - (dates.at(-1) ?? newest)
  return {
    url,
    finalUrl: fetched.url,
    how,
    feed,
    items: identify(feed.items),
    newest,
    perDay: dates.length > 2 && span > 0 ? ((dates.length - 1) * DAY) / span : null,
    movedTo: fetched.movedTo,
  }
}

const newsIn = ({ reason, links }: NotAFeed): readonly string[] =>
  reason === 'sitemap-index' ? newsSitemaps(links, false) : []

/** Whether a feed carries news: a sitemap without headlines only lists pages. */
const holdsNews = ({ feed }: FoundFeed): boolean =>
  feed.format !== 'sitemap' || feed.items.some(({ title }) => title !== null)

/**
 * Whether two documents are the same feed: they have the same final URL, name the same URL as their own, or share at
 * least three items and half of the items of the smaller one.
 */
export const isSameFeed = (a: FoundFeed, b: FoundFeed): boolean => {
  if (bare(a.finalUrl) === bare(b.finalUrl)) return true
  const [ownA, ownB] = [a.feed.hints.self, b.feed.hints.self].map(self => (self ? bare(self) : null))
  if (ownA && (ownA === ownB || ownA === bare(b.finalUrl))) return true
  if (ownB && ownB === bare(a.finalUrl)) return true
  const keys = new Set(a.items.map(({ key }) => key))
  return sharesEnough(b.items.filter(({ key }) => keys.has(key)).length, a.items.length, b.items.length)
}

/** @param shared number of items that the two documents have in common @param one, other their numbers of items */
export const sharesEnough = (shared: number, one: number, other: number): boolean =>
  shared >= 3 && shared * 2 >= Math.min(one, other)

/** Strips parts of a URL that do not change where it leads: scheme, `www.`, and a slash or question mark at the end. */
export const bare = (url: string): string =>
  url
    .replace(/^https?:\/\/(?:www\.)?/i, '')
    .replace(/[?#]$/, '')
    .replace(/(?<!\/)\/+$/, '')

/**
 * Finds the feeds of a page, best first: those it declares, then those it links to, or, if there are none, those at
 * common paths; and last the news sitemap. A feed with two URLs is returned once.
 */
export const discover = async (url: string, fetchPage: FetchPage): Promise<Discovery> => {
  const fetched = await fetchPage(url)
  if (fetched.kind === 'failed') return { kind: 'failed', reason: fetched.reason, detail: fetched.detail }
  if (fetched.kind !== 'changed') return { kind: 'failed', reason: 'not-a-feed', detail: 'the server sent nothing' }
  const given = await read(fetched)
  const found = given.kind === 'feed' ? foundFeed(url, 'given', fetched, given.feed) : null
  if (found && holdsNews(found)) return { kind: 'found', feeds: [found], tried: 1 }

  const feeds: FoundFeed[] = []
  /** For each URL that was fetched, the news sitemaps that it names if it is a sitemap index. */
  const asked = new Map<string, readonly string[]>([[url, []]])
  const tryOne = async (each: string, how: FoundFeed['how']): Promise<readonly string[]> => {
    const before = asked.get(each)
    if (before) return before
    const page = await fetchPage(each)
    const outcome = page.kind === 'changed' ? await read(page) : null
    const named = outcome?.kind === 'not-a-feed' ? newsIn(outcome) : []
    asked.set(each, named)
    if (page.kind !== 'changed' || outcome?.kind !== 'feed') return named
    const found = foundFeed(each, how, page, outcome.feed)
    if (holdsNews(found) && found.feed.items.length > 0 && !feeds.some(known => isSameFeed(known, found)))
      feeds.push(found)
    return named
  }

  const page = fetched.url
  const { declared, linked } = findLinks(decode(fetched.body, fetched.contentType).text, page)
  if (given.kind === 'not-a-feed') for (const each of newsIn(given)) await tryOne(each, 'sitemap')
  for (const each of declared) await tryOne(each, 'declared')
  for (const each of linked) await tryOne(each, 'linked')
  // If a site names its feeds, common paths are not tried.
  if (feeds.length === 0) for (const each of commonFeeds(page)) await tryOne(each, 'common')

  const robotsUrl = new URL('/robots.txt', page).href
  const robots = await fetchPage(robotsUrl)
  const named =
    robots.kind === 'changed' ? findSitemaps(decode(robots.body, robots.contentType).text, robotsUrl).slice(0, 4) : []
  for (const each of named) for (const child of await tryOne(each, 'robots')) await tryOne(child, 'sitemap')
  if (!feeds.some(({ feed }) => feed.format === 'sitemap'))
    for (const each of commonSitemaps(page)) {
      await tryOne(each, 'sitemap')
      if (feeds.some(({ feed }) => feed.format === 'sitemap')) break
    }
  return { kind: 'found', feeds, tried: asked.size + 1 }
}
