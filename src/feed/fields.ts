/** Elements of an item -> what newsdesk reads of it. One set of rules for RSS, RDF and Atom; docs/feeds.md lists each order of preference. (pure) */

import { parseDate } from './dates.ts'
import type { FeedItem } from './item.ts'
import { attribute, childrenOf, firstText, type Raw, type RawFields, textOf } from './raw.ts'
import { fold, looksEscaped, plainText, summarise } from './text.ts'

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
  const written = href?.trim().replace(/\s+/g, '')
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
  let text = mode === 'base64' ? Buffer.from(written, 'base64').toString('utf8') : written
  text = plainText(text)
  // Entities escaped once too often are mended; tags that were escaped twice were meant to be seen.
  if (/&(?:amp|quot|apos|nbsp|#\d{2,5}|#x[0-9a-f]{2,4});/i.test(text) && !/[<>]/.test(text)) text = plainText(text)
  return text || null
}

const linkOf = (fields: RawFields, { format, base }: FieldContext): string | null => {
  const candidates: { href: string; rank: number; raw: Raw }[] = []
  for (const raw of [...own(fields, 'link'), ...own(fields, 'atom:link')]) {
    const href = attribute(raw, 'href')
    const rel = (attribute(raw, 'rel') ?? 'alternate').toLowerCase()
    if (href !== null) {
      const type = attribute(raw, 'type') ?? 'text/html'
      if (rel === 'alternate') candidates.push({ href, rank: /html/.test(type) ? 0 : 2, raw })
      else if (rel === 'canonical') candidates.push({ href, rank: 1, raw })
    } else {
      const text = textOf(raw)
      if (text !== null) candidates.push({ href: text, rank: format === 'atom' ? 1 : 0, raw })
    }
  }
  candidates.sort((a, b) => a.rank - b.rank)
  const [best] = candidates
  if (best) return absolute(best.href, baseOf(best.raw, base))
  for (const guid of [...own(fields, 'guid'), ...own(fields, 'id')]) {
    const text = textOf(guid)
    if (text !== null && attribute(guid, 'isPermaLink')?.toLowerCase() !== 'false' && /^https?:\/\//i.test(text))
      return text
  }
  const about = attribute(fields.$?.[0], 'rdf:about')
  if (about !== null && /^https?:/i.test(about)) return about
  return absolute(firstText(fields, 'feedburner:origLink', 'url'), base)
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

const firstDate = (fields: RawFields, names: readonly string[]): string | null => {
  for (const name of names) {
    for (const raw of own(fields, name)) {
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

const idOf = (fields: RawFields): string | null => {
  const written =
    firstText(fields, 'guid', 'id', 'atom:id') ??
    attribute(fields.$?.[0], 'rdf:about') ??
    firstText(fields, 'dc:identifier')
  return written
}

const TITLES = ['title', 'dc:title', 'atom:title', 'itunes:title', 'media:title']

export const readItem = (fields: RawFields, context: FieldContext): FeedItem => {
  const base = baseOf(fields.$?.[0], context.base)
  const markup = firstText(fields, 'content:encoded', 'content', 'description', 'summary')
  const title = TITLES.map(name => own(fields, name).map(titleText).find(Boolean)).find(Boolean) ?? null
  const published = firstDate(fields, PUBLISHED)
  const updated = firstDate(fields, UPDATED)
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
