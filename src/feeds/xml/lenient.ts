/**
 * The lenient reader, for documents that rss-parser cannot read or would misread: broken XML, namespaces under other
 * prefixes, names in another case, inline markup, inherited xml:base. Uses tolerant tokens and a small stack; linear in
 * the document, bounded in depth. Never throws.
 */

import { decodeHTMLStrict } from 'entities'
import { type Attributes, createElements, isFrame, isItem, NO_ATTRIBUTES, type Scope } from './lenient-elements.ts'
import { canonicalAttribute, canonicalName } from './names.ts'
import { findPrefix } from './namespaces.ts'
import type { RawFeed } from './raw.ts'
import { attributesIn, type OpenTag, type TokenHandler, tokenize } from './tokens.ts'

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

const decode = (text: string, entities: ReadonlyMap<string, string>): string => {
  if (!text.includes('&')) return text
  const own =
    entities.size === 0 ? text : text.replace(/&(\w{1,50});/g, (whole, name: string) => entities.get(name) ?? whole)
  return decodeHTMLStrict(own)
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

/** The name as newsdesk knows it, with the customary prefix of its namespace. */
const resolveName = (written: string, spaces: Attributes, inAtom: boolean): string => {
  const colon = written.indexOf(':')
  const uri = spaces[colon < 0 ? '' : written.slice(0, colon)]
  const known = uri === undefined ? undefined : findPrefix(uri, inAtom)
  if (known === undefined) return canonicalName(written)
  const local = written.slice(colon + 1)
  return canonicalName(known === '' ? local : `${known}:${local}`)
}

const NO_SCOPE: Scope = { spaces: NO_ATTRIBUTES, base: undefined, language: undefined }

/** Reads the attributes of a start tag, and the scope within its element: the outer one unless they change it. */
const readAttributes = (
  xml: string,
  tag: OpenTag,
  outer: Scope,
  entities: ReadonlyMap<string, string>,
): { readonly attributes: Record<string, string> | null; readonly scope: Scope } => {
  if (tag.attributesEnd <= tag.attributesAt) return { attributes: null, scope: outer }
  const given = attributesIn(xml, tag)
  let attributes: Record<string, string> | null = null
  let declared: Record<string, string> | null = null
  let { base, language } = outer
  for (const key in given) {
    const value = decode(given[key] ?? '', entities)
    const name = canonicalAttribute(key)
    attributes ??= Object.create(null) as Record<string, string>
    attributes[name] = value
    if (name === 'xmlns' || name.startsWith('xmlns:')) {
      declared ??= Object.assign(Object.create(null) as Record<string, string>, outer.spaces)
      declared[key.slice(6)] = value
    } else if (name === 'xml:base') base = resolve(value, base)
    else if (name === 'xml:lang') language = value
  }
  const isSame = declared === null && base === outer.base && language === outer.language
  return { attributes, scope: isSame ? outer : { spaces: declared ?? outer.spaces, base, language } }
}

/** Adds what an element inherits: its base, and if it is an item its language. */
const withInherited = (
  attributes: Record<string, string> | null,
  { base, language }: Scope,
  name: string,
): Attributes => {
  const inherited = language !== undefined && isItem(name)
  if (base === undefined && !inherited) return attributes ?? NO_ATTRIBUTES
  return Object.assign(
    attributes ?? Object.create(null),
    base === undefined ? null : { 'xml:base': base },
    inherited ? { 'xml:lang': language } : null,
  )
}

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
  const inAtom = beginsAsAtom(xml)
  const elements = createElements(xml, maxItems)
  let format: RawFeed['format'] | null = null
  let entities = new Map<string, string>()
  let position = 0
  let stopAt = 0

  const open = (written: string, tag: OpenTag): void => {
    if (elements.skips(written, tag)) return
    const { attributes, scope } = readAttributes(xml, tag, elements.top()?.scope ?? NO_SCOPE, entities)
    const name = resolveName(written, scope.spaces, inAtom)
    if (format === null && isFrame(name)) format = name === 'feed' ? 'atom' : /rdf/i.test(name) ? 'rdf' : 'rss'
    if (elements.admits(name, tag)) elements.begin(name, withInherited(attributes, scope, name), scope, tag)
  }

  const handler: TokenHandler = {
    open(written, tag) {
      open(written, tag)
      return tag.end < stopAt
    },
    close(written, start, end) {
      const top = elements.top()
      if (top) elements.end(resolveName(written, top.scope.spaces, inAtom), start)
      return end < stopAt
    },
    text(start, end) {
      elements.top()?.text.push(decode(xml.slice(start, end), entities))
    },
    cdata(start, end) {
      elements.top()?.text.push(xml.slice(start, end))
    },
    doctype(start, end) {
      if (!elements.top()) entities = declaredEntities(xml.slice(start, end))
    },
  }

  return {
    step(length) {
      stopAt = position + length
      position = tokenize(xml, handler, position)
      return position < xml.length
    },
    finish() {
      const isCutOff = elements.finish()
      const { items, channel } = elements
      if (format === null && items.length === 0) return null
      return { format: format ?? (inAtom ? 'atom' : 'rss'), channel, items, ...(isCutOff ? { isCutOff } : {}) }
    },
  }
}
