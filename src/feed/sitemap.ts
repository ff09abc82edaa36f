/** Google-News sitemaps: urlset of url with news:news, read by a tolerant tokenizer. An index of sitemaps holds no news, but says where. (pure) */

import { decodeHTMLStrict } from 'entities'
import { parseDate } from './dates.ts'
import { languageOf } from './fields.ts'
import type { Feed, FeedItem } from './item.ts'
import { absolute, webAddress } from './links.ts'
import { cutTo, fold, plainText } from './text.ts'
import { type TokenHandler, tokenize } from './tokens.ts'
import { mapInTurns, nextTurn } from './turns.ts'

const local = (name: string): string => name.slice(name.indexOf(':') + 1).toLowerCase()

/** Characters tokenized at a time. */
const PIECE = 100_000

type Url = Record<string, string[]>

/** No sitemap nests as deep: what stands deeper is passed over. */
const DEEPEST = 16

/** Children of every `url` (or `sitemap`) by local name; what stands in news:publication keeps its own. */
const readUrls = async (text: string, element: 'url' | 'sitemap', most: number): Promise<Url[]> => {
  const urls: Url[] = []
  let current: Url | null = null
  const path: string[] = []
  let deeper = 0
  let stopAt = 0
  const keep = (piece: string): void => {
    const name = path.at(-1)
    if (!current || deeper > 0 || !name || name === element) return
    // `image:loc` and `loc` differ, `news:name` only stands in the publication.
    const key = path.at(-2) === 'image' ? `image-${name}` : name
    const held = current[key]
    if (held) held.push(piece)
    else current[key] = [piece]
  }
  const handler: TokenHandler = {
    open(written, { selfClosing, end }) {
      const name = local(written)
      if (name === element) {
        // One that begins within another: that was never closed.
        path.length = 0
        deeper = 0
        current = Object.create(null) as Url
      }
      if (!selfClosing && path.length < DEEPEST) path.push(name)
      else if (!selfClosing) deeper += 1
      return end < stopAt
    },
    close(written, _start, end) {
      const name = local(written)
      if (name === element && current) {
        if (urls.length < most) urls.push(current)
        current = null
        path.length = 0
        deeper = 0
      } else if (deeper > 0) deeper -= 1
      else if (path.at(-1) === name) path.pop()
      return end < stopAt && urls.length < most
    },
    text: (start, end) => keep(decodeHTMLStrict(text.slice(start, end))),
    cdata: (start, end) => keep(text.slice(start, end)),
  }
  for (let at = 0; at < text.length && urls.length < most; ) {
    if (at > 0) await nextTurn()
    stopAt = at + PIECE
    at = tokenize(text, handler, at)
  }
  return urls
}

/** An index names at most 50,000; the newest of these many are enough to go on with. */
const MOST_CHILDREN = 1_000

const textIn = (url: Url, name: string): string | null => fold((url[name] ?? []).join('')) || null

export const isSitemap = (head: string): boolean => /<(?:\w+:)?(?:urlset|sitemapindex)[\s>]/i.test(head)

/** Sitemaps that an index names, the newest first: what to read in its place. null where the document is no index. */
export const sitemapsIn = async (text: string, base: string | undefined): Promise<readonly string[] | null> => {
  if (!/<(?:\w{1,20}:)?sitemapindex[\s>]/i.test(text.slice(0, 8_192))) return null
  const children = (await readUrls(text, 'sitemap', MOST_CHILDREN)).map(child => ({
    url: webAddress(textIn(child, 'loc'), base),
    at: parseDate(textIn(child, 'lastmod')) ?? '',
  }))
  return children
    .toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
    .map(({ url }) => url)
    .filter(url => url !== null)
}

/** Most sitemaps that are read in place of an index. */
const MOST_READ = 2

/**
 * Of the sitemaps that an index names, those to read in its place: the newest that speak of news in their address; failing that, where
 * `orNewest`, the newest of all.
 * @param children as `sitemapsIn` gives them
 */
export const newsSitemaps = (children: readonly string[], orNewest: boolean): readonly string[] => {
  const speaking = children.filter(each => /news/i.test(each)).slice(0, MOST_READ)
  return speaking.length > 0 || !orNewest ? speaking : children.slice(0, 1)
}

/** @returns the items of a sitemap; those without news:news have no title and are for the caller to leave out */
export const readSitemap = async (text: string, maxItems: number): Promise<Feed> => {
  const urls = await readUrls(text, 'url', maxItems)
  const items = await mapInTurns(urls, (url): FeedItem => {
    const title = textIn(url, 'title')
    return {
      title: title === null ? null : cutTo(plainText(title), 2_000) || null,
      link: absolute(textIn(url, 'loc'), undefined),
      id: textIn(url, 'loc'),
      published: parseDate(textIn(url, 'publication_date') ?? textIn(url, 'lastmod')),
      updated: parseDate(textIn(url, 'lastmod')),
      author: null,
      categories: [
        ...new Set(
          (textIn(url, 'genres') ?? '')
            .split(',')
            .concat((textIn(url, 'keywords') ?? '').split(','))
            .map(word => cutTo(fold(word), 100)),
        ),
      ]
        .filter(Boolean)
        .slice(0, 20),
      image: webAddress(textIn(url, 'image-loc'), undefined),
      summary: null,
      language: languageOf(textIn(url, 'language')),
    }
  })
  const publisher = urls.map(url => textIn(url, 'name')).find(Boolean) ?? null
  return {
    format: 'sitemap',
    title: publisher,
    link: null,
    language: items.find(item => item.language !== null)?.language ?? null,
    hints: {},
    items,
    warnings: [],
  }
}
