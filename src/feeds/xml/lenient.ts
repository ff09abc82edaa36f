/**
 * The lenient reader, for documents that rss-parser cannot read or would misread: broken XML, namespaces under other
 * prefixes, names in another case, inline markup, inherited xml:base. Uses tolerant tokens and a small stack; linear in
 * the document, bounded in depth. Never throws.
 */

import { decodeHTMLStrict } from 'entities'
import { canonicalAttribute, canonicalName } from './names.ts'
import { findPrefix } from './namespaces.ts'
import type { Raw, RawElement, RawFeed, RawFields } from './raw.ts'
import { attributesIn, type OpenTag, type TokenHandler, tokenize } from './tokens.ts'

interface Open {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Record<string, Raw[]>
  readonly text: string[]
  readonly contentAt: number
  readonly spaces: Readonly<Record<string, string>>
  readonly base: string | undefined
  readonly language: string | undefined
}

/** Nesting deeper than any feed's: elements below are skipped. */
const DEEPEST = 100
/** Elements of one name that are kept; no field reads more. */
const MOST_SIBLINGS = 1_000

/** Elements that may contain inline markup: their content is kept as written and not parsed. */
const TEXTUAL = new Set(
  `title summary content description subtitle tagline content:encoded xhtml:body body info rights copyright dc:title dc:description
  media:title media:description abstract fullitem itunes:summary itunes:subtitle atom:title atom:summary atom:content`.split(
    /\s+/,
  ),
)
const HEADLINES = new Set(['title', 'dc:title', 'media:title', 'atom:title'])
/** If one of these starts within a headline, the end tag of the headline is missing. */
const AFTER_HEADLINE = new Set(
  'link guid pubDate description id updated published content summary author category enclosure dc:date'.split(' '),
)

const ITEM = new Set(['item', 'entry'])
const FRAME = new Set(['rss', 'feed', 'rdf:RDF', 'RDF', 'channel'])
const isStructure = (name: string): boolean => ITEM.has(name) || FRAME.has(name)

const resolve = (href: string, base: string | undefined): string => {
  try {
    return new URL(href, base).href
  } catch {
    return href
  }
}

/**
 * Entities that the document itself declares: only plain text or a single character each, so none can expand into
 * something large.
 */
const declaredEntities = (doctype: string): Map<string, string> => {
  const entities = new Map<string, string>()
  for (const [, name = '', value = ''] of doctype
    .slice(0, 50_000)
    .matchAll(/<!ENTITY\s{1,10}(\w{1,50})\s{1,10}"(&#\w{1,8};|[^&"<]{0,500})"/g)) {
    if (entities.size < 200 && !entities.has(name)) entities.set(name, decodeHTMLStrict(value))
  }
  return entities
}

/** Converts inline markup to HTML: CDATA sections become text, prefixes of element names are removed. */
const asMarkup = (inner: string): string => {
  const parts: string[] = []
  let at = 0
  for (;;) {
    const start = inner.indexOf('<![CDATA[', at)
    if (start < 0) break
    const end = inner.indexOf(']]>', start)
    parts.push(inner.slice(at, start))
    parts.push(
      inner
        .slice(start + 9, end < 0 ? undefined : end)
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;'),
    )
    at = end < 0 ? inner.length : end + 3
  }
  parts.push(inner.slice(at))
  return parts.join('').replace(/<(\/?)[A-Za-z][\w.-]{0,30}:(?=[A-Za-z])/g, '<$1')
}

/** Whether the document's feed element is Atom's; skips comments before it, however long. */
const beginsAsAtom = (xml: string): boolean => {
  let first = ''
  tokenize(xml, {
    open(name) {
      const local = name.slice(name.indexOf(':') + 1).toLowerCase()
      if (/^(?:feed|entry|rss|rdf|channel|item)$/.test(local)) first = local
      return first === ''
    },
    close: () => true,
  })
  return first === 'feed' || first === 'entry'
}

const NONE: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

/** Reads in steps, so that a long document does not block the event loop. */
export interface LenientReader {
  /** Reads about `length` more characters. @returns whether there is more */
  step(length: number): boolean
  /** Closes what is still open. @returns null if the document has no feed element */
  finish(): RawFeed | null
}

/** @returns null if the document has no feed element */
export const readLeniently = (xml: string, maxItems = Number.POSITIVE_INFINITY): RawFeed | null => {
  const reader = lenientReader(xml, maxItems)
  reader.step(xml.length)
  return reader.finish()
}

export const lenientReader = (xml: string, maxItems: number): LenientReader => {
  const stack: Open[] = []
  const items: RawFields[] = []
  const channel: Record<string, Raw[]> = Object.create(null)
  let format: RawFeed['format'] | null = null
  let entities = new Map<string, string>()
  let passedOver = 0
  /** The textual element being read: how many elements of its name are open within it, and whether it holds markup. */
  let textual: { sameName: number; marked: boolean } | null = null
  const inAtom = beginsAsAtom(xml)

  const nameIn = (written: string, spaces: Readonly<Record<string, string>>): string => {
    const colon = written.indexOf(':')
    const uri = spaces[colon < 0 ? '' : written.slice(0, colon)]
    const known = uri === undefined ? undefined : findPrefix(uri, inAtom)
    if (known === undefined) return canonicalName(written)
    const local = written.slice(colon + 1)
    return canonicalName(known === '' ? local : `${known}:${local}`)
  }

  const decoded = (text: string): string => {
    if (!text.includes('&')) return text
    const own =
      entities.size === 0 ? text : text.replace(/&(\w{1,50});/g, (whole, name: string) => entities.get(name) ?? whole)
    return decodeHTMLStrict(own)
  }

  const keep = (into: Record<string, Raw[]>, name: string, element: Raw): void => {
    const siblings = into[name]
    if (!siblings) into[name] = [element]
    else if (siblings.length < MOST_SIBLINGS) siblings.push(element)
  }

  /** Closes the innermost open element; `at` is where its content ends. */
  const close = (at: number): void => {
    const open = stack.pop()
    if (!open) return
    const marked = textual?.marked === true
    if (TEXTUAL.has(open.name)) textual = null
    if (ITEM.has(open.name)) {
      if (items.length < maxItems) items.push(Object.assign(open.children, { $: [{ $: open.attributes }] }))
      return
    }
    if (FRAME.has(open.name)) {
      if (open.attributes.href !== undefined) keep(channel, 'link', open.attributes.href)
      return
    }
    const asXml = /xhtml|[/+]xml$/i.test(open.attributes.type ?? '')
    const body = marked || asXml ? asMarkup(xml.slice(open.contentAt, at)) : open.text.join('')
    const hasAttributes = open.attributes !== NONE
    const element: RawElement = {
      ...open.children,
      ...(hasAttributes ? { $: open.attributes } : {}),
      ...(body === '' ? {} : { _: body }),
    }
    const parent = stack.at(-1)
    keep(!parent || FRAME.has(parent.name) ? channel : parent.children, open.name, element)
  }

  const closeThrough = (index: number, at: number): void => {
    while (stack.length > index) close(at)
    passedOver = 0
  }

  const open = (written: string, tag: OpenTag): void => {
    const parent = stack.at(-1)
    if (!textual && stack.length >= DEEPEST && !/item|entry|channel|feed|rss|rdf/i.test(written)) {
      if (!tag.selfClosing) passedOver += 1
      return
    }
    const given = tag.attributesEnd > tag.attributesAt ? attributesIn(xml, tag) : NONE
    const spaces = parent?.spaces ?? NONE
    let declared: Record<string, string> | null = null
    let base = parent?.base
    let language = parent?.language
    let attributes: Record<string, string> | null = null
    for (const key in given) {
      const value = decoded(given[key] ?? '')
      attributes ??= Object.create(null) as Record<string, string>
      const name = canonicalAttribute(key)
      attributes[name] = value
      if (name === 'xmlns' || name.startsWith('xmlns:')) {
        declared ??= Object.assign(Object.create(null) as Record<string, string>, spaces)
        declared[key.slice(6)] = value
      } else if (name === 'xml:base') base = resolve(value, base)
      else if (name === 'xml:lang') language = value
    }
    const name = nameIn(written, declared ?? spaces)
    if (format === null && FRAME.has(name)) format = name === 'feed' ? 'atom' : /rdf/i.test(name) ? 'rdf' : 'rss'
    const structure = isStructure(name)
    if (textual && parent && !structure && !(HEADLINES.has(parent.name) && AFTER_HEADLINE.has(name))) {
      textual.marked = true
      if (name === parent.name && !tag.selfClosing) textual.sameName += 1
      return
    }
    if (textual) closeThrough(stack.length - 1, tag.start)
    if (ITEM.has(name)) {
      // An item begins within an item: the previous one was never closed.
      const outer = stack.findIndex(each => ITEM.has(each.name))
      if (outer >= 0) closeThrough(outer, tag.start)
    }
    if (base !== undefined) attributes = Object.assign(attributes ?? Object.create(null), { 'xml:base': base })
    if (language !== undefined && ITEM.has(name))
      attributes = Object.assign(attributes ?? Object.create(null), { 'xml:lang': language })
    stack.push({
      name,
      attributes: attributes ?? NONE,
      children: Object.create(null),
      text: [],
      contentAt: tag.end,
      spaces: declared ?? spaces,
      base,
      language,
    })
    if (TEXTUAL.has(name)) textual = { sameName: 0, marked: false }
    if (tag.selfClosing) close(tag.end)
  }

  let position = 0
  let stopAt = 0
  const handler: TokenHandler = {
    open(written, tag) {
      open(written, tag)
      return tag.end < stopAt
    },
    close(written, start, end) {
      endTag(written, start)
      return end < stopAt
    },
    text(start, end) {
      stack.at(-1)?.text.push(decoded(xml.slice(start, end)))
    },
    cdata(start, end) {
      stack.at(-1)?.text.push(xml.slice(start, end))
    },
    doctype(start, end) {
      if (stack.length === 0) entities = declaredEntities(xml.slice(start, end))
    },
  }
  const endTag = (written: string, start: number): void => {
    const top = stack.at(-1)
    if (!top) return
    const name = nameIn(written, top.spaces)
    if (textual && !isStructure(name)) {
      if (name !== top.name) return
      if (textual.sameName > 0) textual.sameName -= 1
      else close(start)
      return
    }
    if (passedOver > 0 && !isStructure(name)) {
      passedOver -= 1
      return
    }
    for (let index = stack.length - 1; index >= 0; index -= 1) {
      const each = stack[index]
      if (each?.name === name) {
        closeThrough(index, start)
        return
      }
      // An end tag closes elements outside the current item only if it ends a container of items.
      if (each && ITEM.has(each.name) && !isStructure(name)) return
    }
  }

  return {
    step(length) {
      stopAt = position + length
      position = tokenize(xml, handler, position)
      return position < xml.length
    },
    finish() {
      closeThrough(0, xml.length)
      if (format === null && items.length === 0) return null
      return { format: format ?? (inAtom ? 'atom' : 'rss'), channel, items }
    },
  }
}
