/**
 * Builds an item from its XML elements. The same rules apply to RSS, RDF and Atom; docs/feeds.md lists which element is
 * preferred for each field.
 */

import type { FeedItem } from '../../domain/feed-item.ts'
import { cutTo, plainText, summarise } from '../../util/plain-text.ts'
import { chooseDate, isBelievable } from '../dates/believable.ts'
import { parseDate } from '../dates/dates.ts'
import { attribute, findChildren, firstText, own, type Raw, type RawFields, readText } from '../xml/raw.ts'
import { findContent } from './full-text.ts'
import { decodeAgain, headlineText, isPlaceholder, type TextKind, titleFromText } from './headline.ts'
import { findLink, findOriginal, type LinkContext, resolveBase, resolvedByDocument } from './links.ts'
import { findEnclosures, isRecording, readCommentsCount } from './media.ts'
import { findAuthors, findCategories, type Person } from './people.ts'
import { findPictures } from './pictures-in-xml.ts'
import { holdsHtml, isAllHtml, isBase64, kindOf, looksMislabelled } from './text-kind.ts'

export interface FieldContext extends LinkContext {
  /** Those that the feed names for entries without any. */
  readonly authors?: readonly Person[]
  /** Whether the full text of items is wanted. */
  readonly withContent?: boolean
}

type Format = LinkContext['format']

/** Reads a title as plain text; null if there is none, or a placeholder in its place. */
export const titleText = (raw: Raw | undefined, name: string, format: Format): string | null => {
  const written = readText(raw)
  if (raw === undefined || written === null) return null
  const title = isBase64(raw)
    ? headlineText(Buffer.from(written, 'base64').toString('utf8'), 'html')
    : headlineText(written, kindOf(raw, name, format))
  return title === '' || isPlaceholder(title) ? null : title
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

/**
 * Reads the first believable date, in the order of the names; where none is, the first at all. Of several elements with
 * one name, the last is preferred.
 */
const findDate = (fields: RawFields, names: readonly string[]): string | null => {
  let unbelievable: string | null = null
  for (const name of names) {
    for (const raw of own(fields, name).toReversed()) {
      const date = parseDate(readText(raw))
      if (date !== null && isBelievable(date)) return date
      unbelievable ??= date
    }
  }
  return unbelievable
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

const markupText = (markup: string, kind: TextKind): string => {
  const cut = markup.slice(0, MARKUP_READ)
  if (kind === 'text') return headlineText(cut, 'text')
  const isPlain = kind !== 'xml' && !holdsHtml(cut)
  if (isPlain) return decodedText(headlineText(cut, kind))
  const text = plainText(cut, kind === 'xml')
  // If all of that was one tag, such as an image in a data URL, the text comes after it.
  const whole = text === '' && markup.length > MARKUP_READ ? plainText(markup, kind === 'xml') : text
  return decodeAgain(whole)
}

/** Text of a description without markup: HTML all of which was escaped twice, or else what it says. */
const decodedText = (text: string): string => (isAllHtml(text) ? plainText(text) : decodeAgain(text))

const findText = (fields: RawFields, format: Format): string | null => {
  for (const name of SUMMARY) {
    const raw = own(fields, name).find(each => readText(each) !== null)
    const markup = readText(raw)
    if (raw === undefined || markup === null) continue
    const kind = kindOf(raw, name, format)
    const type = attribute(raw, 'type')
    const isMislabelled = kind === 'text' && looksMislabelled(raw, markup)
    const text = isBase64(raw)
      ? markupText(Buffer.from(markup.slice(0, MARKUP_READ), 'base64').toString('utf8'), 'html')
      : markupText(markup, isMislabelled ? 'html' : kind)
    // Escaped HTML within an element of HTML that is not: it is still of type HTML.
    const plain = kind === 'xml' && type === 'html' && holdsHtml(text) ? plainText(text) : text
    if (plain) return plain
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
const innerTitle = (fields: RawFields, format: Format): string | null => {
  const readTitle = (raw: Raw) => titleText(raw, 'media:title', format)
  for (const [name, elements] of Object.entries(fields)) {
    // The title in `source` is that of another feed.
    if (name === 'source') continue
    for (const element of elements ?? []) {
      const title = ['media:title', 'title']
        .flatMap(name => findChildren(element, name))
        .map(readTitle)
        .find(Boolean)
      if (title) return title
      const nested = typeof element === 'object' ? findChildren(element, 'media:content') : []
      const deeper = nested
        .flatMap(each => findChildren(each, 'media:title'))
        .map(readTitle)
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

/** The title of an item, or one that is made of its text and marked as such. */
export const titleOrMade = (title: string | null, text: string | null): Pick<FeedItem, 'title' | 'titleFrom'> => {
  const made = title === null && text !== null ? titleFromText(text) : null
  return made === null ? { title } : { title: made, titleFrom: 'text' }
}

export const readItem = (fields: RawFields, context: FieldContext): FeedItem => {
  const base = resolveBase(fields.$?.[0], context.base)
  const { format } = context
  const title =
    TITLES.map(name =>
      own(fields, name)
        .map(raw => titleText(raw, name, format))
        .find(Boolean),
    ).find(Boolean) ?? innerTitle(fields, format)
  const text = findText(fields, format)
  const published = findDate(fields, PUBLISHED)
  const updated = findDate(fields, UPDATED) ?? parseDate(attribute(fields.$?.[0], 'lastmod'))
  const language = parseLanguage(
    attribute(fields.$?.[0], 'xml:lang'),
    firstText(fields, 'dc:language', 'language'),
    context.language,
  )
  const link = findLink(fields, { format, base, language })
  const original = findOriginal(fields, link)
  const commentsCount = readCommentsCount(fields)
  const enclosures = findEnclosures(fields, base)
  const enclosure = enclosures.find(isRecording)
  const content = context.withContent ? findContent(fields, format, base) : null
  return {
    ...titleOrMade(title === null ? null : cutTo(title, MAX_TITLE_LENGTH), text),
    link,
    id: cleanId(findId(fields)),
    published: chooseDate([published, updated]),
    updated,
    ...findAuthors(fields, { format, base }, context.authors ?? []),
    categories: findCategories(fields),
    ...findPictures(fields, base),
    summary: text === null ? null : summarise(text) || null,
    language,
    ...(original === null ? {} : { original }),
    ...(commentsCount === null ? {} : { commentsCount }),
    ...(enclosure === undefined ? {} : { enclosure }),
    ...(enclosures.length === 0 ? {} : { enclosures }),
    ...(content === null ? {} : { content }),
  }
}
