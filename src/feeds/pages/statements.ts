/**
 * What the page of an article says of itself: JSON-LD (schema.org) first, then Open Graph and other `meta` elements.
 * (pure)
 */

import type { FeedItem } from '../../domain/feed-item.ts'
import { isBelievable } from '../dates/believable.ts'
import { parseDate } from '../dates/dates.ts'
import { webAddress } from '../fields/links.ts'
import { bareName, listAuthors, type Person } from '../fields/people.ts'
import type { Candidate } from '../fields/picture-candidate.ts'
import { parsePixels } from '../fields/picture-candidate.ts'
import { formatPictures } from '../fields/pictures-in-xml.ts'
import type { PageMarks } from './reduce.ts'

/** A field is null or missing where the page does not say. */
export interface PageStatements extends Pick<FeedItem, 'image' | 'images' | 'author' | 'authors'> {
  /** http or https. */
  readonly canonical: string | null
  /** ISO 8601 UTC. */
  readonly published: string | null
  /** Whether it is free to read (schema.org `isAccessibleForFree`). */
  readonly access: 'free' | 'paid' | null
  /** Whether its publisher asks that its text is not kept or shown elsewhere: `noarchive`, `nosnippet` or `none`. */
  readonly isClosed: boolean
  /** The text, as JSON-LD has it: plain or HTML. */
  readonly body: string | null
  readonly titles: readonly string[]
}

type Node = Readonly<Record<string, unknown>>

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Nodes of one page that are looked at, and how deep a graph is followed. */
const MAX_NODES = 200
const MAX_NESTING = 4

const collectNodes = (value: unknown, into: Node[], depth = 0): void => {
  if (into.length >= MAX_NODES || depth > MAX_NESTING) return
  if (Array.isArray(value)) for (const each of value) collectNodes(each, into, depth + 1)
  if (!isNode(value)) return
  into.push(value)
  collectNodes(value['@graph'], into, depth + 1)
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value == null ? [] : [value])

const ARTICLE = /(?:^|[/#:])(?:\w{0,30}Article|\w{0,30}BlogPosting|Report|Review)$/

const isArticle = (node: Node): boolean =>
  listOf(node['@type']).some(type => typeof type === 'string' && ARTICLE.test(type))

/** Some publishers have line breaks within the strings of their JSON. */
const parseLinkedData = (text: string): unknown => {
  for (const written of [text, text.replace(/[\u0000-\u001f]+/g, ' ')])
    try {
      return JSON.parse(written)
    } catch {
      // Tried again without control characters, else the page has no such data that can be read.
    }
  return null
}

/** The article that a page is about, as its JSON-LD describes it; empty if it does not. */
const findArticle = (linkedData: readonly string[]): { readonly article: Node; readonly nodes: readonly Node[] } => {
  const nodes: Node[] = []
  for (const text of linkedData) collectNodes(parseLinkedData(text), nodes)
  return { article: nodes.find(isArticle) ?? {}, nodes }
}

const text = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null)

/** A person may be a name, a node, or a node that only refers to another by its id. */
const readPeople = (value: unknown, nodes: readonly Node[], base: string): readonly Person[] =>
  listOf(value).flatMap((each): Person[] => {
    const named =
      isNode(each) && !('name' in each)
        ? (nodes.find(node => node['@id'] === each['@id'] && 'name' in node) ?? each)
        : each
    const name = bareName(text(isNode(named) ? listOf(named.name)[0] : named) ?? '')
    // Some write an address where a name belongs.
    if (name === '' || /^https?:/i.test(name)) return []
    return [{ name, url: isNode(named) ? webAddress(text(named.url), base) : null }]
  })

const picture = (
  written: string | null,
  base: string,
  { width, height, alt }: { readonly width?: unknown; readonly height?: unknown; readonly alt?: string | null } = {},
): Candidate[] => {
  const url = webAddress(written, base)
  const pixels = (value: unknown): number | null => parsePixels(typeof value === 'number' ? String(value) : text(value))
  return url === null
    ? []
    : [{ url, role: 'media', width: pixels(width), height: pixels(height), alt: alt ?? null, type: null }]
}

const readPictures = (value: unknown, base: string): Candidate[] =>
  listOf(value).flatMap(each =>
    isNode(each) ? picture(text(each.url) ?? text(each.contentUrl), base, each) : picture(text(each), base),
  )

const readAccess = (value: unknown): PageStatements['access'] => {
  const said =
    typeof value === 'string'
      ? value
          .trim()
          .toLowerCase()
          .replace(/^https?:\/\/schema\.org\//, '')
      : value
  if (said === false || said === 'false') return 'paid'
  return said === true || said === 'true' ? 'free' : null
}

/** @param url of the page, against which its addresses are resolved */
export const readStatements = ({ meta, canonical, linkedData, titles }: PageMarks, url: string): PageStatements => {
  const { article, nodes } = findArticle(linkedData)
  const said = (...names: readonly string[]): string | null => {
    for (const name of names) {
      const value = text(meta.get(name))
      if (value !== null) return value
    }
    return null
  }
  const people = readPeople(article.author, nodes, url)
  const byMeta = readPeople(said('author', 'article:author', 'parsely-author', 'dc.creator'), [], url)
  const pictures = [
    ...picture(said('og:image:secure_url', 'og:image', 'og:image:url'), url, {
      ...{ width: said('og:image:width'), height: said('og:image:height'), alt: said('og:image:alt') },
    }),
    ...readPictures(article.image, url),
    ...picture(said('twitter:image', 'twitter:image:src'), url),
  ]
  const dates = [
    text(article.datePublished),
    said('article:published_time', 'datepublished', 'parsely-pub-date', 'dc.date'),
  ]
  const published = dates.map(parseDate).find(date => date !== null && isBelievable(date)) ?? null
  return {
    ...formatPictures(pictures.slice(0, 1)),
    ...listAuthors(people.length > 0 ? people : byMeta),
    canonical: webAddress(canonical ?? said('og:url'), url),
    published,
    access:
      readAccess(article.isAccessibleForFree) ??
      (/^(?:locked|metered)$/i.test(said('article:content_tier') ?? '') ? 'paid' : null),
    isClosed: /(?:^|[\s,])(?:noarchive|nosnippet|none)(?:[\s,]|$)/i.test(said('robots') ?? ''),
    body: text(article.articleBody),
    titles: [...titles, said('og:title') ?? '', text(article.headline) ?? ''].filter(each => each !== ''),
  }
}
