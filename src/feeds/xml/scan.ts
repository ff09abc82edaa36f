/**
 * Finds where the items of an XML feed start and end without parsing them, so that only new items need be parsed and
 * large documents can be read in slices. It must never split wrongly: a document that is not well-formed where it
 * matters, or has items under more than one parent, is not split, and callers then parse all of it.
 */

import { hash } from 'node:crypto'
import { LONG, lifted, MARK, mayLift, type Piece } from './lift.ts'
import { canonicalName } from './names.ts'
import { unusualPrefixes } from './namespaces.ts'
import { type OpenTag, tokenize } from './tokens.ts'

export type Reader = 'strict' | 'lenient'

export interface Span {
  readonly start: number
  readonly end: number
}

/** The text of one item in the document. */
export interface ItemSpan extends Span {
  readonly hash: string
  /** Characters that rss-parser has to look at: what is left once long text is lifted out. */
  readonly weight: number
}

export interface Split {
  readonly text: string
  /** Items in document order, none within another, all in the same parent. */
  readonly spans: readonly ItemSpan[]
  /** Text between items other than white space: elements of the channel. */
  readonly between: readonly Span[]
  /** Long text within items that were looked at, ascending. */
  readonly pieces: readonly Piece[]
  /**
   * Who reads it: the second reader where text holds markup in place, prefixes or case are unusual, xml:base is given.
   */
  readonly reader: Reader
  /** Whether an item holds more elements than rss-parser takes in linear time. */
  readonly crowded: boolean
}

const ROOTS: Readonly<Record<string, { readonly item: string; readonly parent: string }>> = {
  rss: { item: 'item', parent: 'channel' },
  feed: { item: 'entry', parent: 'feed' },
  'rdf:RDF': { item: 'item', parent: 'rdf:RDF' },
}

/** Deeper than feeds go; beyond it the document is not taken apart. */
const DEEPEST = 100
const NONE_KNOWN: ReadonlySet<string> = new Set()
const LONGEST_ATTRIBUTES = 4_000
const MOST_ELEMENTS = 2_000
const ATTRIBUTES = /^(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*$/
const NO_REFERENCE = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)/
const NUMBERED = /&#(x?)([0-9a-fA-F]{1,7});/g

/**
 * Whether every ampersand begins a reference that all parsers read alike: one of XML's own five, or a character XML may
 * hold.
 */
const isWellReferenced = (text: string): boolean => {
  if (NO_REFERENCE.test(text)) return false
  if (!text.includes('&#')) return true
  for (const [, hex, digits = ''] of text.matchAll(NUMBERED))
    if (!mayHold(Number.parseInt(digits, hex === 'x' ? 16 : 10))) return false
  return true
}

const MARK_POINT = MARK.charCodeAt(0)

/** XML 1.0, production 2: Char; less the mark that stands for lifted text. */
const mayHold = (point: number): boolean =>
  (point >= 0x20 && point <= 0xd7ff) ||
  (point >= 0xe000 && point <= 0xfffd && point !== MARK_POINT) ||
  (point >= 0x10000 && point <= 0x10ffff) ||
  point === 9 ||
  point === 10 ||
  point === 13
/** What the readers may take for an item, by its namespace or despite its case, and we do not. */
const LIKE_ITEM = /^(?:[\w.-]+:)?(?:item|entry)$/i
const BEYOND_STRICT =
  /\bxml:base\s*=|\btype\s*=\s*["'](?:xhtml|application\/xhtml\+xml)["']|\bmode\s*=\s*["']xml["']|\b(?:HREF|REL|ISPERMALINK|ispermalink|IsPermaLink)\s*=/
/** Where rss-parser throws over a whole document for one Atom entry: dates it cannot read, links without attributes. */
const ATOM_DATES = new Set(['published', 'updated'])
const PROSE = new Set(['title', 'description', 'summary', 'content', 'content:encoded', 'dc:title', 'link'])

/** Takes a document apart in steps, so that a long one can be scanned without holding the event loop. */
export interface Scanner {
  /** Scans about `length` characters further. @returns whether there is more */
  step(length: number): boolean
  /** @returns null if the document cannot be split reliably */
  result(): Split | null
}

/**
 * @param known hashes of spans that an earlier scan found: an item as written before is passed over in one leap, since
 * what stands in it was looked at then
 */
export const scanner = (text: string, known: ReadonlySet<string> = NONE_KNOWN): Scanner => {
  const spans: ItemSpan[] = []
  const between: Span[] = []
  const pieces: Piece[] = []
  const lifts = mayLift(text)
  let liftedHere = 0
  const stack: string[] = []
  const seen = new Set<string>()
  let sure = true
  let unusual = false
  let rules: (typeof ROOTS)[string] | undefined
  let itemAt = -1
  let unusualElsewhere = false
  let leapTo = -1
  let elements = 0
  let crowded = false
  let parents = 0
  let rootClosed = false
  let position = 0
  let stopAt = 0

  // Where the next ampersand is, looked for once: not from every piece of text again.
  let ampersand = -1
  const referencesWellIn = (start: number, end: number): boolean => {
    if (ampersand < start) {
      const found = text.indexOf('&', start)
      ampersand = found < 0 ? text.length : found
    }
    return ampersand >= end || isWellReferenced(text.slice(ampersand, end))
  }

  const unsure = (): false => {
    sure = false
    return false
  }

  const open = (name: string, tag: OpenTag): boolean => {
    if (text.charCodeAt(tag.end - 1) !== 62 || rootClosed || stack.length >= DEEPEST) return unsure()
    if (tag.attributesEnd > tag.attributesAt) {
      if (tag.attributesEnd - tag.attributesAt > LONGEST_ATTRIBUTES) return unsure()
      const attributes = text.slice(tag.attributesAt, tag.attributesEnd)
      if (!ATTRIBUTES.test(attributes) || (attributes.includes('&') && !isWellReferenced(attributes))) return unsure()
      if (
        BEYOND_STRICT.test(attributes) ||
        (attributes.includes('xmlns') && unusualPrefixes(attributes, stack[0] === 'feed' || name === 'feed'))
      )
        unusual = true
    }
    if (!seen.has(name)) {
      seen.add(name)
      if (canonicalName(name) !== name) unusual = true
    }
    const parent = stack.at(-1)
    const inAtom = stack[0] === 'feed'
    if (inAtom && name === 'link' && tag.attributesEnd === tag.attributesAt) unusual = true
    if (parent === undefined) {
      rules = Object.hasOwn(ROOTS, name) ? ROOTS[name] : undefined
      if (!rules || tag.selfClosing) return unsure()
      // Of a root's attributes rss-parser hands on only Atom's.
      if (name !== 'feed' && /\bxml:lang\s*=/.test(text.slice(tag.attributesAt, tag.attributesEnd))) unusual = true
    }
    if (name === rules?.item) {
      // Items within items, or anywhere but directly in the one parent, are not for us.
      if (itemAt >= 0 || parent !== rules.parent || stack.length > 2) return unsure()
      itemAt = tag.start
      unusualElsewhere ||= unusual
      unusual = false
      if (known.size > 0 && !tag.selfClosing && leaps(name)) return false
      elements = 0
    } else if (LIKE_ITEM.test(name)) return unsure()
    if (name === rules?.parent) parents += 1
    if (parent !== undefined && PROSE.has(parent)) unusual = true
    elements += 1
    if (elements > MOST_ELEMENTS) crowded = true
    if (!tag.selfClosing) stack.push(name)
    else if (name === rules?.item) endItem(tag.end)
    return tag.end < stopAt
  }

  /** Whether the item that begins here is known as written, up to its first end tag. */
  const leaps = (name: string): boolean => {
    const endTag = `</${name}>`
    const at = text.indexOf(endTag, itemAt)
    if (at < 0) return false
    const end = at + endTag.length
    const hash = spanHash(text, { start: itemAt, end })
    const found = known.has(hash) ? hash : known.has(UNUSUAL + hash) ? UNUSUAL + hash : null
    if (found === null) return false
    if (found !== hash) unusualElsewhere = true
    keep(end, found)
    leapTo = end
    return true
  }

  const endItem = (end: number): void => {
    // An item decides on the reader even when it is passed over later, so its hash says so.
    const ownHash = spanHash(text, { start: itemAt, end })
    keep(end, unusual ? UNUSUAL + ownHash : ownHash)
    unusualElsewhere ||= unusual
    unusual = false
  }

  const keep = (end: number, hash: string): void => {
    const before = spans.at(-1)
    if (before && hasText(text, before.end, itemAt)) between.push({ start: before.end, end: itemAt })
    spans.push({ start: itemAt, end, hash, weight: end - itemAt - liftedHere })
    liftedHere = 0
    itemAt = -1
  }

  const isAtomDate = (): boolean => stack.length === 3 && stack[0] === 'feed' && ATOM_DATES.has(stack[2] ?? '')

  const lift = (start: number, end: number, coded: boolean): void => {
    if (!lifts || end - start <= LONG) return
    pieces.push({ start, end, coded })
    liftedHere += end - start
  }

  const handler = {
    open,
    close(name: string, _start: number, end: number): boolean {
      if (stack.pop() !== name || text.charCodeAt(end - 1) !== 62) return unsure()
      if (name === rules?.item && itemAt >= 0) endItem(end)
      if (stack.length === 0) rootClosed = true
      return end < stopAt
    },
    text(start: number, end: number): void {
      if (!referencesWellIn(start, end)) sure = false
      // A bare `<`, or text outside of the root, is for the second reader.
      const lt = text.indexOf('<', start)
      if (lt >= 0 && lt < end) sure = false
      if (stack.length === 0 && /\S/.test(text.slice(start, Math.min(end, start + 1_000)))) sure = false
      if (itemAt >= 0 && hasText(text, start, end)) lift(start, end, true)
      if (isAtomDate() && Number.isNaN(Date.parse(text.slice(start, end)))) unusual = true
    },
    cdata(start: number, end: number): void {
      if (!text.startsWith(']]>', end)) sure = false
      if (itemAt >= 0) lift(start, end, false)
      if (isAtomDate()) unusual = true
    },
    doctype(_start: number, end: number): void {
      if (stack.length > 0 || text.charCodeAt(end - 2) === 93) sure = false
    },
  }

  return {
    step(length) {
      stopAt = position + length
      do {
        position = tokenize(text, handler, position)
        if (leapTo >= 0) {
          position = leapTo
          leapTo = -1
        }
      } while (sure && position < stopAt && position < text.length)
      return sure && position < text.length
    },
    result: () =>
      sure && rootClosed && parents === 1 && itemAt < 0
        ? { text, spans, between, pieces, reader: unusual || unusualElsewhere ? 'lenient' : 'strict', crowded }
        : null,
  }
}

const hasText = (text: string, start: number, end: number): boolean => {
  for (let at = start; at < end; at += 1) if (text.charCodeAt(at) > 32) return true
  return false
}

/**
 * The document with only some of its items: what stands before, between and after all of them stays, so that
 * namespaces, xml:base and xml:lang are inherited as ever. White space between items goes with them. For rss-parser
 * long text is lifted out: `putBack` it.
 * @param wanted their indices, ascending
 */
export const withItems = ({ text, spans, between, reader, pieces }: Split, wanted: readonly number[]): string => {
  const [first, last] = [spans[0], spans.at(-1)]
  if (!first || !last) return text
  const parts = [text.slice(0, first.start)]
  let piece = 0
  for (const index of wanted) {
    const span = spans[index]
    if (!span) continue
    if (reader === 'lenient') parts.push(text.slice(span.start, span.end))
    else {
      const { written, next } = lifted(text, pieces, piece, span)
      parts.push(written)
      piece = next
    }
  }
  for (const span of between) parts.push(text.slice(span.start, span.end))
  parts.push(text.slice(last.end))
  return parts.join('')
}

/** Marks the hash of an item that only the second reader reads rightly. */
const UNUSUAL = '~'

/**
 * 12 characters (72 bits) that stand for an item as written. A source that made two alike would only hide an item of
 * its own.
 */
const spanHash = (text: string, { start, end }: Span): string =>
  hash('sha1', text.slice(start, end), 'base64url').slice(0, 12)
