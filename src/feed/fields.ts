/** Elements of an item -> what newsdesk reads of it. One set of rules for RSS, RDF and Atom; docs/feeds.md lists each order of preference. (pure) */

import { parseDate } from './dates.ts'
import type { FeedItem } from './item.ts'
import { attribute, childrenOf, firstText, type Raw, type RawFields, textOf } from './raw.ts'
import { looksEscaped, plainText, summarise } from './text.ts'

export interface FieldContext {
  readonly format: 'rss' | 'rdf' | 'atom'
  /** What relative links are resolved against. */
  readonly base: string | undefined
  readonly language: string | null
}

const own = (fields: RawFields, name: string): readonly Raw[] =>
  Object.hasOwn(fields, name) ? (fields[name] ?? []) : []

/** Absolute where a base is known; as written where none is; null for nothing and for what is no address at all. */
export const absolute = (href: string | null, base: string | undefined): string | null => {
  const written = href
    ?.trim()
    .replace(/[\t\r\n]+/g, '')
    // Three slashes and more after the scheme are a slip of the publisher's.
    .replace(/^([a-z][a-z0-9+.-]{0,20}:\/\/)\/+/i, '$1')
  if (!written) return null
  if (/^(?:javascript|data|vbscript|about|blob):/i.test(written)) return null
  try {
    const url = new URL(written, base)
    // The parser's own spelling only where it had to resolve: an absolute address is shown as the publisher wrote it.
    return /^[a-z][a-z0-9+.-]*:/i.test(written) ? written : url.href
  } catch {
    return written
  }
}

const baseOf = (raw: Raw | undefined, fallback: string | undefined): string | undefined => {
  const own = attribute(raw, 'xml:base')
  if (own === null) return fallback
  try {
    return new URL(own, fallback).href
  } catch {
    return fallback
  }
}

/** Text of a title: markup read away, also where it came escaped twice. */
export const titleText = (raw: Raw | undefined): string | null => {
  const written = textOf(raw)
  if (written === null) return null
  const mode = attribute(raw, 'mode')?.toLowerCase() ?? ''
  const type = attribute(raw, 'type')?.toLowerCase() ?? ''
  // RFC 4287, 4.1.3.3: a type that is neither text nor XML comes in base64.
  const coded = mode === 'base64' || (type.includes('/') && !/^text\/|[+/]xml$/.test(type))
  let text = plainText(coded ? Buffer.from(written, 'base64').toString('utf8') : written)
  // Entities escaped once too often are mended; tags that were escaped twice were meant to be seen.
  if (/&(?:amp|quot|apos|nbsp|#\d{2,5}|#x[0-9a-f]{2,4});/i.test(text) && !/[<>]/.test(text)) text = plainText(text)
  return text || null
}

/** `?a=1&amp;b=2` as it stands after all decoding: escaped once too often. */
const unescaped = (href: string): string => href.replaceAll('&amp;', '&')

/** How well an element serves as the item's link; null where it does not. Lower is better. */
const rankOf = (raw: Raw): number | null => {
  const rel = (attribute(raw, 'rel') ?? 'alternate').toLowerCase().replace(/^.*\//, '')
  if (rel === 'canonical') return 2
  if (rel !== 'alternate') return null
  return /html/i.test(attribute(raw, 'type') ?? 'text/html') ? 0 : 3
}

/**
 * The item's page: an alternate that is HTML (the last of them, as the reference reads it), a link's text, the canonical; else a guid that
 * is no less than a permalink, or an Atom id; else an alternate of another type.
 */
const linkOf = (fields: RawFields, { format, base }: FieldContext): string | null => {
  let best: { href: string; rank: number; raw: Raw } | null = null
  for (const name of ['atom:link', 'link']) {
    for (const raw of own(fields, name)) {
      const href = attribute(raw, 'href') ?? attribute(raw, 'url') ?? attribute(raw, 'uri')
      const written = href ?? textOf(raw)
      const rank = href === null ? (attribute(raw, 'rel') === null ? 0 : rankOf(raw)) : rankOf(raw)
      if (written !== null && rank !== null && rank <= (best?.rank ?? 9)) best = { href: written, rank, raw }
    }
  }
  if (best && best.rank < 3) return absolute(unescaped(best.href), baseOf(best.raw, base))
  const id = permalinkOf(fields, format)
  if (id !== null && (best === null || /^https?:/i.test(id))) return id
  if (best) return absolute(unescaped(best.href), baseOf(best.raw, base))
  const about = attribute(fields.$?.[0], 'rdf:about')
  if (about !== null && /^https?:/i.test(about)) return about
  return absolute(firstText(fields, 'feedburner:origLink', 'url') ?? attribute(fields.$?.[0], 'href'), base)
}

/** The identifier where it may serve as a link: `isPermaLink` not denied, any Atom id. As written: only xml:base makes it absolute. */
const permalinkOf = (fields: RawFields, format: FieldContext['format']): string | null => {
  for (const name of format === 'atom' ? ['id', 'guid'] : ['guid', 'id', 'atom:id']) {
    const raw = own(fields, name).findLast(each => textOf(each) !== null)
    if (raw !== undefined && (attribute(raw, 'isPermaLink') ?? 'true').toLowerCase() === 'true') {
      const link = absolute(textOf(raw), undefined)
      return link === null ? null : resolvedByDocument(link, raw)
    }
  }
  return null
}

/** Made absolute by xml:base alone, which an identifier is subject to; never by where the document came from. */
const resolvedByDocument = (id: string, raw: Raw): string => {
  const base = attribute(raw, 'xml:base')
  if (base === null || /^[a-z][a-z0-9+.-]*:/i.test(id)) return id
  return absolute(id, base) ?? id
}

const PUBLISHED = [
  'pubDate',
  'pubdate',
  'published',
  'dcterms:issued',
  'issued',
  'atom:published',
  'dcterms:available',
  'dc:date',
  'dcterms:date',
  'dcterms:created',
  'created',
  'date',
]
const UPDATED = ['updated', 'modified', 'atom:updated', 'dcterms:modified']

/** By order of the elements' names; of several of one name the last. */
const dateOf = (fields: RawFields, names: readonly string[]): string | null => {
  for (const name of names) {
    for (const raw of own(fields, name).toReversed()) {
      const date = parseDate(textOf(raw))
      if (date !== null) return date
    }
  }
  return null
}

const personOf = (raw: Raw): string | null => {
  const named = childrenOf(raw, 'name').map(textOf).find(Boolean) ?? childrenOf(raw, 'email').map(textOf).find(Boolean)
  return named ?? textOf(raw)
}

/** `jo@example.org (Jo Reed)` and `Jo Reed <jo@example.org>` are both Jo Reed. */
const bareName = (written: string): string => {
  const text = plainText(written)
  const inBrackets = /^\S+@\S+\s*\((.{1,200})\)$/.exec(text)?.[1]
  return (inBrackets ?? text.replace(/\s*<?\b[\w.+-]{1,64}@[\w.-]{1,255}\b>?\s*/, ' ')).trim() || text
}

const authorOf = (fields: RawFields): string | null => {
  const names: string[] = []
  for (const element of ['dc:creator', 'author', 'atom:author', 'itunes:author', 'dc:author', 'media:credit']) {
    for (const raw of own(fields, element)) {
      const person = personOf(raw)
      const name = person === null ? '' : bareName(person)
      if (name && !names.includes(name)) names.push(name)
    }
    if (names.length > 0) break
  }
  return names.length > 0 ? names.slice(0, 5).join(', ').slice(0, 300) : null
}

const MOST_CATEGORIES = 20

const categoriesOf = (fields: RawFields): string[] => {
  const found = new Set<string>()
  for (const element of ['category', 'dc:subject', 'media:category']) {
    for (const raw of own(fields, element)) {
      const written = attribute(raw, 'label') ?? attribute(raw, 'term') ?? textOf(raw)
      if (written !== null) found.add(plainText(written).slice(0, 100))
    }
  }
  for (const element of ['keywords', 'media:keywords', 'itunes:keywords']) {
    for (const raw of own(fields, element))
      for (const word of (textOf(raw) ?? '').split(',')) found.add(plainText(word).slice(0, 100))
  }
  found.delete('')
  return [...found].slice(0, MOST_CATEGORIES)
}

const IMAGE_FILE = /\.(?:jpe?g|png|gif|webp|avif)(?:[?#]|$)/i

const imageOf = (fields: RawFields, markup: string | null, base: string | undefined): string | null => {
  const groups = own(fields, 'media:group')
  const media = [...own(fields, 'media:content'), ...groups.flatMap(group => childrenOf(group, 'media:content'))]
  const pictures = media.filter(raw => {
    const kind = `${attribute(raw, 'medium') ?? ''} ${attribute(raw, 'type') ?? ''}`
    return /image/.test(kind) || (kind.trim() === '' && IMAGE_FILE.test(attribute(raw, 'url') ?? ''))
  })
  pictures.sort((a, b) => Number(attribute(b, 'width') ?? 0) - Number(attribute(a, 'width') ?? 0))
  const enclosures = own(fields, 'enclosure').filter(
    raw => /^image\//.test(attribute(raw, 'type') ?? '') || IMAGE_FILE.test(attribute(raw, 'url') ?? ''),
  )
  const thumbnails = [
    ...own(fields, 'media:thumbnail'),
    ...[...groups, ...media].flatMap(raw => childrenOf(raw, 'media:thumbnail')),
  ]
  const linked = own(fields, 'link').filter(
    raw => attribute(raw, 'rel') === 'enclosure' && /^image\//.test(attribute(raw, 'type') ?? ''),
  )
  const candidates = [
    ...[...pictures, ...enclosures, ...thumbnails].map(raw => attribute(raw, 'url')),
    ...linked.map(raw => attribute(raw, 'href')),
    ...own(fields, 'itunes:image').map(raw => attribute(raw, 'href')),
    ...own(fields, 'image').map(raw => textOf(childrenOf(raw, 'url')[0]) ?? textOf(raw) ?? attribute(raw, 'href')),
    ...own(fields, 'g:image_link').map(textOf),
    /<img\b[^>]{0,1000}?\bsrc\s*=\s*["']([^"']{1,2000})["']/i
      .exec(markup?.slice(0, 50_000) ?? '')?.[1]
      ?.replaceAll('&amp;', '&') ?? null,
  ]
  for (const candidate of candidates) {
    const url = absolute(candidate ?? null, base)
    if (url !== null && /^https?:\/\//i.test(url)) return url
  }
  return null
}

const SUMMARY = [
  'summary',
  'description',
  'atom:summary',
  'dc:description',
  'itunes:summary',
  'media:description',
  'content:encoded',
  'content',
  'atom:content',
  'xhtml:body',
  'body',
  'abstract',
]

/** Longer markup adds nothing to a summary of 300 characters; reading all of it would only cost. */
const MARKUP_READ = 8_000

const summaryOf = (fields: RawFields): string | null => {
  for (const name of SUMMARY) {
    const markup = own(fields, name).map(textOf).find(Boolean)
    if (!markup) continue
    let text = plainText(markup.slice(0, MARKUP_READ))
    if (looksEscaped(text)) text = plainText(text)
    if (text) return summarise(text)
  }
  return null
}

/** guid, atom:id, rdf:about or dc:identifier; of several the last, which is what edits append. */
const idOf = (fields: RawFields): string | null => {
  for (const name of ['guid', 'id', 'atom:id']) {
    const raw = own(fields, name).findLast(each => textOf(each) !== null)
    const id = textOf(raw)
    if (raw !== undefined && id !== null) {
      return (attribute(raw, 'isPermaLink') ?? 'true').toLowerCase() === 'true' ? resolvedByDocument(id, raw) : id
    }
  }
  return attribute(fields.$?.[0], 'rdf:about') ?? firstText(fields, 'dc:identifier')
}

const TITLES = ['title', 'dc:title', 'atom:title', 'itunes:title', 'media:title']

/** A title that stands within another element (media:group, image) is better than none. */
const innerTitle = (fields: RawFields): string | null => {
  for (const [name, elements] of Object.entries(fields)) {
    // What it was taken from has a title of its own.
    if (name === 'source') continue
    for (const element of elements ?? []) {
      const title = ['media:title', 'title']
        .flatMap(name => childrenOf(element, name))
        .map(titleText)
        .find(Boolean)
      if (title) return title
      const nested = typeof element === 'object' ? childrenOf(element, 'media:content') : []
      const deeper = nested
        .flatMap(each => childrenOf(each, 'media:title'))
        .map(titleText)
        .find(Boolean)
      if (deeper) return deeper
    }
  }
  return null
}

export const readItem = (fields: RawFields, context: FieldContext): FeedItem => {
  const base = baseOf(fields.$?.[0], context.base)
  const markup = firstText(fields, 'content:encoded', 'content', 'description', 'summary')
  const title = TITLES.map(name => own(fields, name).map(titleText).find(Boolean)).find(Boolean) ?? innerTitle(fields)
  const published = dateOf(fields, PUBLISHED)
  const updated = dateOf(fields, UPDATED) ?? parseDate(attribute(fields.$?.[0], 'lastmod'))
  return {
    title,
    link: linkOf(fields, { ...context, base }),
    id: idOf(fields),
    published: published ?? updated,
    updated,
    author: authorOf(fields),
    categories: categoriesOf(fields),
    image: imageOf(fields, markup, base),
    summary: summaryOf(fields),
    language: attribute(fields.$?.[0], 'xml:lang') ?? firstText(fields, 'dc:language', 'language') ?? context.language,
  }
}
