/**
 * Builds an item from its XML elements. The same rules apply to RSS, RDF and Atom; docs/feeds.md lists which element is
 * preferred for each field.
 */

import type { FeedItem } from '../../domain/feed-item.ts'
import { cutTo, looksEscaped, plainText, summarise } from '../../util/plain-text.ts'
import { parseDate } from '../dates/dates.ts'
import { attribute, findChildren, firstText, own, type Raw, type RawFields, readText } from '../xml/raw.ts'
import { findLink, findOriginal, type LinkContext, resolveBase, resolvedByDocument } from './links.ts'
import { findEnclosure, readCommentsCount } from './media.ts'
import { findPictures } from './pictures-in-xml.ts'

export interface FieldContext extends LinkContext {
  readonly language: string | null
}

/** Reads the text of a title without its markup, even if that was escaped twice. */
export const titleText = (raw: Raw | undefined): string | null => {
  const written = readText(raw)
  if (written === null) return null
  const mode = attribute(raw, 'mode')?.toLowerCase() ?? ''
  const type = attribute(raw, 'type')?.toLowerCase() ?? ''
  // RFC 4287, 4.1.3.3: content whose type is neither text nor XML is in base64.
  const coded = mode === 'base64' || (type.includes('/') && !/^text\/|[+/]xml$/.test(type))
  let text = plainText(coded ? Buffer.from(written, 'base64').toString('utf8') : written)
  // Entities that were escaped twice are decoded again; tags that were escaped twice are meant to be visible.
  if (/&(?:amp|quot|apos|nbsp|#\d{2,5}|#x[0-9a-f]{2,4});/i.test(text) && !/[<>]/.test(text)) text = plainText(text)
  return text || null
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

/** Reads the first valid date, in the order of the names. Of several elements with one name, the last is preferred. */
const findDate = (fields: RawFields, names: readonly string[]): string | null => {
  for (const name of names) {
    for (const raw of own(fields, name).toReversed()) {
      const date = parseDate(readText(raw))
      if (date !== null) return date
    }
  }
  return null
}

const readPerson = (raw: Raw): string | null => {
  const named =
    findChildren(raw, 'name').map(readText).find(Boolean) ?? findChildren(raw, 'email').map(readText).find(Boolean)
  return named ?? readText(raw)
}

/** Maximum number of characters read of a name: the patterns below take quadratic time on longer ones. */
const MAX_NAME_LENGTH = 1_000

/** Strips the email address from a name: `jo@example.org (Jo Reed)` and `Jo Reed <jo@example.org>` give `Jo Reed`. */
const bareName = (written: string): string => {
  const text = plainText(written.slice(0, MAX_NAME_LENGTH))
  const inBrackets = /^\S+@\S+\s*\((.{1,200})\)$/.exec(text)?.[1]
  return (inBrackets ?? text.replace(/\s*<?\b[\w.+-]{1,64}@[\w.-]{1,255}\b>?\s*/, ' ')).trim() || text
}

const findAuthors = (fields: RawFields): string | null => {
  const names: string[] = []
  for (const element of ['dc:creator', 'author', 'atom:author', 'itunes:author', 'dc:author', 'media:credit']) {
    for (const raw of own(fields, element)) {
      const person = readPerson(raw)
      const name = person === null ? '' : bareName(person)
      if (name && !names.includes(name)) names.push(name)
    }
    if (names.length > 0) break
  }
  return names.length > 0 ? cutTo(names.slice(0, 5).join(', '), 300) : null
}

const MAX_CATEGORIES = 20

const findCategories = (fields: RawFields): string[] => {
  const found = new Set<string>()
  for (const element of ['category', 'dc:subject', 'media:category']) {
    for (const raw of own(fields, element)) {
      const written = attribute(raw, 'label') ?? attribute(raw, 'term') ?? readText(raw)
      if (written !== null) found.add(cutTo(plainText(written), 100))
    }
  }
  for (const element of ['keywords', 'media:keywords', 'itunes:keywords']) {
    for (const raw of own(fields, element))
      for (const word of (readText(raw) ?? '').split(',')) found.add(cutTo(plainText(word), 100))
  }
  found.delete('')
  return [...found].slice(0, MAX_CATEGORIES)
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

/** Number of characters of markup that are read for a summary of 300 characters. Reading more would only cost time. */
const MARKUP_READ = 8_000

const findSummary = (fields: RawFields): string | null => {
  for (const name of SUMMARY) {
    const markup = own(fields, name).map(readText).find(Boolean)
    if (!markup) continue
    let text = plainText(markup.slice(0, MARKUP_READ))
    // If all of that was one tag, such as an image in a data URL, the text comes after it.
    if (text === '' && markup.length > MARKUP_READ) text = plainText(markup)
    if (looksEscaped(text)) text = plainText(text)
    if (text) return summarise(text)
  }
  return null
}

/** Reads guid, atom:id, rdf:about or dc:identifier. Of several, the last counts, since publishers append new ones. */
const findId = (fields: RawFields): string | null => {
  for (const name of ['guid', 'id', 'atom:id']) {
    const raw = own(fields, name).findLast(each => readText(each) !== null)
    const id = readText(raw)
    if (raw !== undefined && id !== null) {
      return (attribute(raw, 'isPermaLink') ?? 'true').toLowerCase() === 'true' ? resolvedByDocument(id, raw) : id
    }
  }
  return attribute(fields.$?.[0], 'rdf:about') ?? firstText(fields, 'dc:identifier')
}

const TITLES = ['title', 'dc:title', 'atom:title', 'itunes:title', 'media:title']

/** If an item has no title of its own, finds one within another element, such as media:group or image. */
const innerTitle = (fields: RawFields): string | null => {
  for (const [name, elements] of Object.entries(fields)) {
    // The title in `source` is that of another feed.
    if (name === 'source') continue
    for (const element of elements ?? []) {
      const title = ['media:title', 'title']
        .flatMap(name => findChildren(element, name))
        .map(titleText)
        .find(Boolean)
      if (title) return title
      const nested = typeof element === 'object' ? findChildren(element, 'media:content') : []
      const deeper = nested
        .flatMap(each => findChildren(each, 'media:title'))
        .map(titleText)
        .find(Boolean)
      if (deeper) return deeper
    }
  }
  return null
}

/** Maximum lengths. Items are part of job data, so they must stay small. */
const MAX_TITLE_LENGTH = 2_000
const MAX_ID_LENGTH = 2_048

/** Removes control characters from an identifier, and keeps everything else as written. */
const cleanId = (id: string | null): string | null =>
  id === null
    ? null
    : id
        .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
        .slice(0, MAX_ID_LENGTH)
        .toWellFormed()
        .trim() || null

/** Returns the first text that has the form of a language tag. */
export const parseLanguage = (...written: (string | null)[]): string | null =>
  written.find(each => each !== null && /^[a-z]{2,8}(?:[-_][a-z0-9]{1,8}){0,6}$/i.test(each)) ?? null

export const readItem = (fields: RawFields, context: FieldContext): FeedItem => {
  const base = resolveBase(fields.$?.[0], context.base)
  const title = TITLES.map(name => own(fields, name).map(titleText).find(Boolean)).find(Boolean) ?? innerTitle(fields)
  const published = findDate(fields, PUBLISHED)
  const updated = findDate(fields, UPDATED) ?? parseDate(attribute(fields.$?.[0], 'lastmod'))
  const link = findLink(fields, { ...context, base })
  const original = findOriginal(fields, link)
  const commentsCount = readCommentsCount(fields)
  const enclosure = findEnclosure(fields, base)
  return {
    title: title === null ? null : cutTo(title, MAX_TITLE_LENGTH),
    link,
    id: cleanId(findId(fields)),
    published: published ?? updated,
    updated,
    author: findAuthors(fields),
    categories: findCategories(fields),
    ...findPictures(fields, base),
    summary: findSummary(fields),
    language: parseLanguage(
      attribute(fields.$?.[0], 'xml:lang'),
      firstText(fields, 'dc:language', 'language'),
      context.language,
    ),
    ...(original === null ? {} : { original }),
    ...(commentsCount === null ? {} : { commentsCount }),
    ...(enclosure === null ? {} : { enclosure }),
  }
}
