/**
 * Reads Google News sitemaps (urlset of url with news:news) with a tolerant tokenizer. A sitemap index holds no news
 * but lists the sitemaps that do.
 */

import { decodeHTMLStrict } from 'entities'
import type { Feed, FeedItem } from '../../../domain/feed-item.ts'
import { cutTo, fold } from '../../../util/plain-text.ts'
import { mapInSlices, yieldToEventLoop } from '../../../util/slices.ts'
import { chooseDate } from '../../dates/believable.ts'
import { parseDate } from '../../dates/dates.ts'
import { CUT_OFF } from '../../documents/outcome.ts'
import { parseLanguage } from '../../fields/fields.ts'
import { headlineText, isPlaceholder } from '../../fields/headline.ts'
import { absolute, webAddress } from '../../fields/links.ts'
import type { Candidate } from '../../fields/picture-candidate.ts'
import { formatPictures } from '../../fields/pictures-in-xml.ts'
import { findSitemapPrefix } from '../../xml/namespaces.ts'
import { attributesIn, type OpenTag, type TokenHandler, tokenize } from '../../xml/tokens.ts'

/** Characters per tokenizer step. */
const PIECE = 100_000

/** Texts of the elements of a `url` by name (`loc`, `news:title`, `image:loc`), one string per element. */
type Url = Record<string, string[]>

/** No sitemap nests this deep: deeper elements are skipped. */
const MAX_DEPTH = 16
/** Elements of one name that are kept; no field reads more. */
const MAX_SIBLINGS = 100

/** Prefixes that sitemaps customarily use, recognised even if undeclared. */
const CUSTOMARY = /^(?:news|image|video|xhtml|mobile|pagemap|geo|code)$/

/** Unprefixed elements within these belong to their namespace: some publishers omit the prefix. */
const FRAMES = new Map([
  ['news', 'news'],
  ['publication', 'news'],
  ['image', 'image'],
  ['video', 'video'],
])

interface Open {
  readonly name: string
  readonly written: string
  readonly spaces: Readonly<Record<string, string>>
  /** Prefix of unprefixed elements within it. */
  readonly frame: string
  readonly text: string[]
}

const NO_SPACES: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

/**
 * An element's name with the customary prefix of its namespace, in lower case; the sitemap's own elements have none.
 */
const nameIn = (written: string, spaces: Readonly<Record<string, string>>): string => {
  const colon = written.indexOf(':')
  const prefix = colon < 0 ? '' : written.slice(0, colon)
  const local = written.slice(colon + 1).toLowerCase()
  const uri = spaces[prefix]
  // The namespace of the standard, or an unknown default namespace.
  if (uri !== undefined) {
    const known = findSitemapPrefix(uri)
    if (known !== undefined) return known === '' ? local : `${known}:${local}`
    if (prefix === '') return local
  }
  const lower = prefix.toLowerCase()
  // Undeclared: a customary prefix keeps its meaning; any other prefix stands for the sitemap's own elements.
  if (uri === undefined && !CUSTOMARY.test(lower)) return local
  return lower === '' ? local : `${lower}:${local}`
}

const declaredIn = (
  text: string,
  tag: OpenTag,
  spaces: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  if (tag.attributesEnd <= tag.attributesAt) return spaces
  let declared: Record<string, string> | null = null
  const given = attributesIn(text, tag)
  for (const key in given) {
    const [xmlns, prefix = ''] = key.split(':')
    if (xmlns?.toLowerCase() !== 'xmlns') continue
    declared ??= Object.assign(Object.create(null) as Record<string, string>, spaces)
    declared[prefix] = decodeHTMLStrict(given[key] ?? '')
  }
  return declared ?? spaces
}

const opened = (written: string, spaces: Readonly<Record<string, string>>, frame: string): Open => {
  const bare = nameIn(written, spaces)
  const framed = frame === '' || bare.includes(':') || FRAMES.has(bare) ? bare : `${frame}:${bare}`
  const colon = framed.indexOf(':')
  const own = colon < 0 ? (FRAMES.get(framed) ?? frame) : framed.slice(0, colon)
  return { name: framed, written, spaces, frame: own, text: [] }
}

/** Reads the texts of each `url` (or `sitemap`) element. */
const readUrls = async (
  text: string,
  element: 'url' | 'sitemap',
  most: number,
): Promise<{ readonly urls: readonly Url[]; readonly isCutOff: boolean }> => {
  const urls: Url[] = []
  let current: Url | null = null
  let stack: Open[] = []
  /** Index in the stack at which the content of the `url` begins. */
  let outer = 0
  let deeper = 0
  let stopAt = 0
  /** Closes the open elements from an index on, keeping the text of each. */
  const endFrom = (place: number): void => {
    for (const { name, text } of current ? stack.slice(Math.max(place, outer)) : []) {
      const value = text.join('')
      if (!current || value.trim() === '') continue
      const values = current[name]
      if (!values) current[name] = [value]
      else if (values.length < MAX_SIBLINGS) values.push(value)
    }
    stack = stack.slice(0, place)
    deeper = 0
  }
  const handler: TokenHandler = {
    open(written, tag) {
      const parent = stack.at(-1)
      const spaces = declaredIn(text, tag, parent?.spaces ?? NO_SPACES)
      if (nameIn(written, spaces) === element) {
        // A `url` that begins within another: the outer one was never closed and is discarded.
        if (current) stack = stack.slice(0, outer - 1)
        deeper = 0
        current = tag.selfClosing ? null : (Object.create(null) as Url)
        if (current) outer = stack.push(opened(written, spaces, ''))
        return tag.end < stopAt
      }
      if (tag.selfClosing) return tag.end < stopAt
      if (deeper === 0 && stack.length < outer + MAX_DEPTH)
        stack.push(opened(written, spaces, current ? (parent?.frame ?? '') : ''))
      else deeper += 1
      return tag.end < stopAt
    },
    close(written, _start, end) {
      const top = stack.at(-1)
      if (current && nameIn(written, top?.spaces ?? NO_SPACES) === element) {
        endFrom(outer)
        urls.push(current)
        current = null
        stack = stack.slice(0, outer - 1)
        outer = 0
      } else if (deeper > 0) deeper -= 1
      else {
        // Closes elements that were never closed, but never the `url` itself.
        const place = stack.findLastIndex(
          each => each.written === written || each.name === nameIn(written, each.spaces),
        )
        if (place >= outer) endFrom(place)
      }
      return end < stopAt && urls.length < most
    },
    text(start, end) {
      if (current && deeper === 0) stack.at(-1)?.text.push(decodeHTMLStrict(text.slice(start, end)))
    },
    cdata(start, end) {
      if (current && deeper === 0) stack.at(-1)?.text.push(text.slice(start, end))
    },
  }
  for (let at = 0; at < text.length && urls.length < most; ) {
    if (at > 0) await yieldToEventLoop()
    stopAt = at + PIECE
    at = tokenize(text, handler, at)
  }
  // The text ends within an element, which is left out, or before the end of all of them.
  const hasEnd = urls.length >= most || END.test(text.slice(-TAIL))
  return { urls, isCutOff: current !== null || !hasEnd }
}

const END = /<\/[\w:.-]{0,60}(?:urlset|sitemapindex)\s{0,20}>/i
/** Number of characters at the end of a document in which its end tag is looked for; comments may follow it. */
const TAIL = 10_000

/** An index lists at most 50,000 sitemaps; only this many are compared to find the newest. */
const MAX_CHILDREN = 1_000

/** The first readable text among the elements of these names, in the order of the names. */
const firstIn = <Value>(url: Url, names: readonly string[], read: (text: string) => Value | null): Value | null => {
  for (const name of names)
    for (const written of url[name] ?? []) {
      const text = fold(written)
      const value = text === '' ? null : read(text)
      if (value !== null) return value
    }
  return null
}

const readTitle = (written: string): string | null => {
  const title = cutTo(headlineText(written, 'unknown'), 2_000)
  return title === '' || isPlaceholder(title) ? null : title
}

const textIn = (url: Url, ...names: string[]): string | null => firstIn(url, names, text => text)

/** Names of an element of news:news; some publishers omit the frame and the prefix. */
const news = (name: string): string[] => [`news:${name}`, name]

/** Google Images: any number of pictures of a page, described by their address alone. */
const findPictures = (url: Url): Pick<FeedItem, 'image' | 'images'> =>
  formatPictures(
    (url['image:loc'] ?? []).flatMap((written): Candidate[] => {
      const address = webAddress(fold(written), undefined)
      return address === null ? [] : [{ url: address, role: 'media', width: null, height: null, alt: null, type: null }]
    }),
  )

export const isSitemap = (head: string): boolean => /<(?:\w+:)?(?:urlset|sitemapindex)[\s>]/i.test(head)

/** Sitemaps that an index lists, newest first, to be read in its place; null if the document is not an index. */
export const sitemapsIn = async (text: string, base: string | undefined): Promise<readonly string[] | null> => {
  if (!/<(?:\w{1,20}:)?sitemapindex[\s>]/i.test(text.slice(0, 8_192))) return null
  const { urls } = await readUrls(text, 'sitemap', MAX_CHILDREN)
  const children = urls.map(child => ({
    url: webAddress(textIn(child, 'loc'), base),
    at: firstIn(child, ['lastmod'], parseDate) ?? '',
  }))
  return children
    .toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
    .map(({ url }) => url)
    .filter(url => url !== null)
}

/** Maximum number of sitemaps that are read in place of an index. */
const MAX_READ = 2

/**
 * Chooses which sitemaps of an index to read in its place: the newest whose address mentions news; if there are none
 * and `orNewest` is set, the newest of all.
 * @param children as `sitemapsIn` returns them
 */
export const newsSitemaps = (children: readonly string[], orNewest: boolean): readonly string[] => {
  const newsUrls = children.filter(each => /news/i.test(each)).slice(0, MAX_READ)
  return newsUrls.length > 0 || !orNewest ? newsUrls : children.slice(0, 1)
}

/** @returns the items of a sitemap; those without news:news have no title and are left for the caller to skip */
export const readSitemap = async (text: string, maxItems: number): Promise<Feed> => {
  const { urls, isCutOff } = await readUrls(text, 'url', maxItems)
  const items = await mapInSlices(urls, (url): FeedItem => {
    const updated = firstIn(url, ['lastmod'], parseDate)
    const words = [...news('genres'), ...news('keywords')].flatMap(name => url[name] ?? [])
    return {
      title: firstIn(url, news('title'), readTitle),
      link: firstIn(url, ['loc'], loc => absolute(loc, undefined)),
      id: textIn(url, 'loc'),
      published: chooseDate([firstIn(url, news('publication_date'), parseDate), updated]),
      updated,
      author: null,
      categories: [
        ...new Set(words.flatMap(text => text.split(',')).map(word => cutTo(headlineText(word, 'text'), 100))),
      ]
        .filter(Boolean)
        .slice(0, 20),
      ...findPictures(url),
      summary: null,
      language: firstIn(url, news('language'), text => parseLanguage(text)),
    }
  })
  const publisher = urls.map(url => textIn(url, ...news('name'))).find(Boolean) ?? null
  return {
    format: 'sitemap',
    title: publisher,
    link: null,
    language: items.find(item => item.language !== null)?.language ?? null,
    hints: {},
    items,
    ...(isCutOff ? { isCutOff } : {}),
    warnings: isCutOff ? [CUT_OFF] : [],
  }
}
