/**
 * Reads JSON Feed 1.0 and 1.1 (jsonfeed.org). Reading is lenient: a field with a value of the wrong type is ignored,
 * and the others are read.
 */

import {
  type Enclosure,
  type Feed,
  type FeedHints,
  type FeedItem,
  type ItemContent,
  MAX_ENCLOSURES,
} from '../../../domain/feed-item.ts'
import { cutTo, fold, plainText, summarise } from '../../../util/plain-text.ts'
import { mapInSlices } from '../../../util/slices.ts'
import { chooseDate } from '../../dates/believable.ts'
import { parseDate } from '../../dates/dates.ts'
import type { Wanted } from '../../documents/format.ts'
import { parseLanguage, titleOrMade } from '../../fields/fields.ts'
import { headlineText, isPlaceholder } from '../../fields/headline.ts'
import { absolute, webAddress } from '../../fields/links.ts'
import { buildEnclosure, isRecording } from '../../fields/media.ts'
import { bareName, listAuthors } from '../../fields/people.ts'
import { type Candidate, IMAGE_FILE, isImageType, parseType, type Role } from '../../fields/picture-candidate.ts'
import { addFromMarkup } from '../../fields/pictures-in-markup.ts'
import { formatPictures } from '../../fields/pictures-in-xml.ts'

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const text = (from: Json, name: string): string | null => {
  const value = Object.hasOwn(from, name) ? from[name] : undefined
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

/** People are objects; some feeds have their names alone. */
const authors = (from: Json): Pick<FeedItem, 'author' | 'authors'> => {
  const people = [...list(from.authors), from.author].flatMap(each => {
    const person = typeof each === 'string' ? { name: each } : isObject(each) ? each : {}
    const name = bareName(text(person, 'name') ?? '')
    return name === '' ? [] : { name, url: webAddress(text(person, 'url'), undefined) }
  })
  return listAuthors(people)
}

/** Recordings and pictures that are attached. */
const findAttached = (item: Json, base: string | undefined): Enclosure[] =>
  list(item.attachments)
    .filter(isObject)
    .flatMap(each => {
      const [url, type] = [webAddress(text(each, 'url'), base), text(each, 'mime_type')]
      return url !== null && type !== null && /^(?:audio|video|image)\//i.test(type)
        ? [buildEnclosure(url, type, text(each, 'size_in_bytes'), text(each, 'duration_in_seconds'))]
        : []
    })
    .slice(0, MAX_ENCLOSURES)

const findContent = (html: string | null, plain: string | null, base: string | undefined): ItemContent | null =>
  html === null && plain === null
    ? null
    : {
        ...(html === null ? { markup: plain ?? '', kind: 'text' } : { markup: html, kind: 'html' }),
        ...(base === undefined ? {} : { base }),
      }

/** Its image and banner, picture attachments, and those in its text. */
const findPictures = (item: Json, html: string | null, base: string | undefined) => {
  const found: Candidate[] = []
  const add = (written: string | null, role: Role, type: string | null = null, alt: string | null = null): void => {
    const url = webAddress(written, base)
    if (url !== null) found.push({ url, role, width: null, height: null, alt, type })
  }
  add(text(item, 'image'), 'media')
  add(text(item, 'banner_image'), 'enclosure')
  for (const each of list(item.attachments).filter(isObject)) {
    const type = parseType(text(each, 'mime_type'))
    if (type === null ? IMAGE_FILE.test(text(each, 'url') ?? '') : isImageType(type))
      add(text(each, 'url'), 'link', type, text(each, 'title'))
  }
  if (html !== null) addFromMarkup(found, html, base)
  return formatPictures(found)
}

const MAX_ID_LENGTH = 2_048

/**
 * Reads `hubs`, a list of objects with `type` and `url` (jsonfeed.org, 1.1). A hub without a type is taken for a WebSub
 * hub. PubSubHubbub is the former name of WebSub.
 */
const hubHints = (document: Json): Pick<FeedHints, 'hub' | 'otherHubs'> => {
  const named = list(document.hubs)
    .filter(isObject)
    .flatMap(each => {
      const url = text(each, 'url')
      return url === null ? [] : [{ type: text(each, 'type') ?? 'WebSub', url }]
    })
  const isWebSub = ({ type }: { type: string }) => /^(?:websub|pubsubhubbub)$/i.test(type)
  const hub = named.find(isWebSub)?.url
  const others = new Set(named.filter(each => !isWebSub(each)).map(({ type }) => cutTo(type, 40)))
  return {
    ...(hub === undefined ? {} : { hub }),
    ...(others.size > 0 ? { otherHubs: [...others].slice(0, 5) } : {}),
  }
}

const readItem = (item: Json, base: string | undefined, language: string | null, withContent: boolean): FeedItem => {
  const html = text(item, 'content_html')
  const written = text(item, 'summary') ?? text(item, 'content_text')
  const summary = (written === null ? null : headlineText(written, 'text')) || (html && plainText(html.slice(0, 8_000)))
  const title = cutTo(headlineText(text(item, 'title') ?? '', 'text'), 2_000)
  const enclosures = findAttached(item, base)
  const enclosure = enclosures.find(isRecording)
  const content = withContent ? findContent(html, text(item, 'content_text'), base) : null
  const updated = parseDate(text(item, 'date_modified'))
  return {
    ...titleOrMade(title === '' || isPlaceholder(title) ? null : title, summary || null),
    // Where an item has no address, its id is one, if it follows the advice of the standard.
    link: absolute(text(item, 'url') ?? text(item, 'external_url'), base) ?? webAddress(text(item, 'id'), undefined),
    id: fold((text(item, 'id') ?? '').slice(0, MAX_ID_LENGTH)) || null,
    published: chooseDate([parseDate(text(item, 'date_published')), updated]),
    updated,
    ...authors(item),
    categories: [
      ...new Set(
        list(item.tags)
          .filter(tag => typeof tag === 'string')
          .map(tag => cutTo(headlineText(tag, 'text'), 100)),
      ),
    ]
      .filter(Boolean)
      .slice(0, 20),
    ...findPictures(item, html, base),
    summary: summary ? summarise(summary) || null : null,
    language: parseLanguage(text(item, 'language'), language),
    ...(enclosure === undefined ? {} : { enclosure }),
    ...(enclosures.length === 0 ? {} : { enclosures }),
    ...(content === null ? {} : { content }),
  }
}

/** @returns null if the document is JSON but not a feed */
export const readJsonFeed = async (
  document: unknown,
  { url, maxItems, withContent = false }: Wanted,
): Promise<Feed | null> => {
  if (!isObject(document) || !Array.isArray(document.items)) return null
  const home = text(document, 'home_page_url')
  const language = text(document, 'language')
  const self = text(document, 'feed_url')
  const items = document.items.filter(isObject).slice(0, maxItems)
  return {
    format: 'json',
    title: headlineText((text(document, 'title') ?? '').slice(0, 2_000), 'text') || null,
    link: absolute(home, url),
    language,
    hints: { ...hubHints(document), ...(self ? { self } : {}) },
    items: await mapInSlices(items, item => {
      const read = readItem(item, home ?? url, language, withContent)
      return read.author === null ? { ...read, ...authors(document) } : read
    }),
    warnings: document.items.length > items.length ? [`${document.items.length - items.length} items left out`] : [],
  }
}
