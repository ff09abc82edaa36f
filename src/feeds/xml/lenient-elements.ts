/**
 * The elements that are open while the lenient reader goes through a document, and the items and channel elements that
 * have ended. Repairs what publishers forget: end tags of headlines and items, and markup within text that is not
 * escaped.
 */

import type { Raw, RawElement, RawFields } from './raw.ts'
import type { OpenTag } from './tokens.ts'

export type Attributes = Readonly<Record<string, string>>
export const NO_ATTRIBUTES: Attributes = Object.freeze(Object.create(null))

/** What an element passes on to those within it. */
export interface Scope {
  /** URIs of namespaces by prefix. */
  readonly spaces: Attributes
  readonly base: string | undefined
  readonly language: string | undefined
}

interface OpenElement {
  readonly name: string
  readonly attributes: Attributes
  readonly scope: Scope
  readonly contentAt: number
  readonly children: Record<string, Raw[]>
  readonly text: string[]
  readonly isTextual: boolean
  /** Elements of its own name that are open within its markup. */
  nested: number
  hasMarkup: boolean
}

/** Nesting deeper than any feed's: elements below are skipped. */
const MAX_DEPTH = 100
/** Elements of one name that are kept; no field reads more. */
const MAX_SIBLINGS = 1_000

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
export const isItem = (name: string): boolean => ITEM.has(name)
export const isFrame = (name: string): boolean => FRAME.has(name)

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

/** @param at where its content ends */
const buildElement = (xml: string, { attributes, children, contentAt, text, hasMarkup }: OpenElement, at: number) => {
  const isMarkup = hasMarkup || /xhtml|[/+]xml$/i.test(attributes.type ?? '')
  const body = isMarkup ? asMarkup(xml.slice(contentAt, at)) : text.join('')
  const element: RawElement = {
    ...children,
    ...(attributes === NO_ATTRIBUTES ? {} : { $: attributes }),
    ...(body === '' ? {} : { _: body }),
    ...(isMarkup ? { '#markup': 'xml' as const } : {}),
  }
  return element
}

const keep = (into: Record<string, Raw[]>, name: string, element: Raw): void => {
  const siblings = into[name]
  if (!siblings) into[name] = [element]
  else if (siblings.length < MAX_SIBLINGS) siblings.push(element)
}

export const createElements = (xml: string, maxItems: number) => {
  const stack: OpenElement[] = []
  const items: RawFields[] = []
  const channel: Record<string, Raw[]> = Object.create(null)
  /** Open elements that were skipped for their depth. */
  let skipped = 0
  let hasFrameEnded = false

  /** Ends the innermost open element; `at` is where its content ends. */
  const endTop = (at: number): void => {
    const open = stack.pop()
    if (!open) return
    if (ITEM.has(open.name)) {
      if (items.length < maxItems) items.push(Object.assign(open.children, { $: [{ $: open.attributes }] }))
    } else if (FRAME.has(open.name)) {
      if (open.attributes.href !== undefined) keep(channel, 'link', open.attributes.href)
    } else {
      const parent = stack.at(-1)
      const into = !parent || FRAME.has(parent.name) ? channel : parent.children
      keep(into, open.name, buildElement(xml, open, at))
    }
  }

  const endThrough = (index: number, at: number): void => {
    while (stack.length > index) endTop(at)
    skipped = 0
  }

  return {
    items,
    channel,
    top: () => stack.at(-1),

    /** @returns whether an element is too deep to be read; its name is as written */
    skips(written: string, { selfClosing }: OpenTag): boolean {
      if (stack.length < MAX_DEPTH || stack.at(-1)?.isTextual) return false
      if (/item|entry|channel|feed|rss|rdf/i.test(written)) return false
      if (!selfClosing) skipped += 1
      return true
    },

    /** Ends what must have ended before this element begins. @returns false if the element is markup within text */
    admits(name: string, tag: OpenTag): boolean {
      const top = stack.at(-1)
      if (top?.isTextual) {
        if (!isStructure(name) && !(HEADLINES.has(top.name) && AFTER_HEADLINE.has(name))) {
          top.hasMarkup = true
          if (name === top.name && !tag.selfClosing) top.nested += 1
          return false
        }
        endThrough(stack.length - 1, tag.start)
      }
      if (ITEM.has(name)) {
        // An item begins within an item: the previous one was never closed.
        const outer = stack.findIndex(each => ITEM.has(each.name))
        if (outer >= 0) endThrough(outer, tag.start)
      }
      return true
    },

    begin(name: string, attributes: Attributes, scope: Scope, { end, selfClosing }: OpenTag): void {
      stack.push({
        name,
        attributes,
        scope,
        contentAt: end,
        children: Object.create(null),
        text: [],
        isTextual: TEXTUAL.has(name),
        nested: 0,
        hasMarkup: false,
      })
      if (selfClosing) endTop(end)
    },

    /** Applies an end tag; `at` is where it begins. */
    end(name: string, at: number): void {
      const top = stack.at(-1)
      if (top?.isTextual && !isStructure(name)) {
        if (name !== top.name) return
        if (top.nested > 0) top.nested -= 1
        else endTop(at)
        return
      }
      if (skipped > 0 && !isStructure(name)) {
        skipped -= 1
        return
      }
      // An end tag closes elements outside the current item only if it ends a container of items.
      const index = stack.findLastIndex(each => each.name === name || (ITEM.has(each.name) && !isStructure(name)))
      if (FRAME.has(name)) hasFrameEnded = true
      if (stack[index]?.name === name) endThrough(index, at)
    },

    /**
     * Ends the document. @returns whether it was cut off: within an item, which is then left out, or so that neither
     * the feed nor its channel has an end
     */
    finish(): boolean {
      const item = stack.findIndex(each => ITEM.has(each.name))
      const isCutOff = item >= 0 || (!hasFrameEnded && stack.some(each => FRAME.has(each.name)))
      if (item >= 0) stack.length = item
      endThrough(0, xml.length)
      return isCutOff
    },
  }
}
