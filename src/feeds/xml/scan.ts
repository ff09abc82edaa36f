/**
 * Finds where the items of a feed begin and end without parsing them, so that only new items need parsing, and large
 * documents can be read in slices. Splits only if certain: a document that is not well-formed where it matters, or has
 * items in more than one place, is parsed whole.
 */

import { createItemSpans, hasText, type ItemSpans } from './item-spans.ts'
import { canonicalName } from './names.ts'
import type { Split } from './split.ts'
import { type OpenTag, type TokenHandler, tokenize } from './tokens.ts'
import { isWellReferenced, judgeAttributes } from './well-formed.ts'

const ROOTS: Readonly<Record<string, { readonly item: string; readonly parent: string }>> = {
  rss: { item: 'item', parent: 'channel' },
  feed: { item: 'entry', parent: 'feed' },
  'rdf:RDF': { item: 'item', parent: 'rdf:RDF' },
}

/** Deeper than feeds nest; beyond it the document is not split. */
const MAX_DEPTH = 100
const NONE_KNOWN: ReadonlySet<string> = new Set()
const MAX_ELEMENTS = 2_000
const GT = 62
const BRACKET = 93
/** Elements that a reader may take for an item, by namespace or ignoring case, though the scanner does not. */
const LIKE_ITEM = /^(?:[\w.-]+:)?(?:item|entry)$/i
/**
 * rss-parser rejects the whole document for one such Atom entry: a date it cannot parse, or a link without attributes.
 */
const ATOM_DATES = new Set(['published', 'updated'])
const PROSE = new Set(['title', 'description', 'summary', 'content', 'content:encoded', 'dc:title', 'link'])

/** Splits a document in steps, so that a long one does not block the event loop. */
export interface Scanner {
  /** Scans about `length` more characters. @returns whether there is more */
  step(length: number): boolean
  /** @returns null if the scanner is not certain */
  result(): Split | null
}

/** Whether every reference in a text is well-formed, for texts in ascending order. */
const createReferenceCheck = (text: string) => {
  // Position of the next ampersand, found once rather than again for every piece of text.
  let ampersand = -1
  return (start: number, end: number): boolean => {
    if (ampersand < start) {
      const found = text.indexOf('&', start)
      ampersand = found < 0 ? text.length : found
    }
    return ampersand >= end || isWellReferenced(text.slice(ampersand, end))
  }
}

/** Whether start tags are well-formed; marks what only the lenient reader reads correctly. */
const createTagCheck = (text: string, items: Pick<ItemSpans, 'markUnusual'>) => {
  const seen = new Set<string>()
  return (name: string, tag: OpenTag, root: string | undefined): boolean => {
    if (text.charCodeAt(tag.end - 1) !== GT) return false
    const inAtom = root === 'feed'
    if (tag.attributesEnd > tag.attributesAt) {
      const attributes = text.slice(tag.attributesAt, tag.attributesEnd)
      const judged = judgeAttributes(attributes, inAtom || name === 'feed')
      if (judged === null) return false
      // rss-parser passes on the attributes of Atom's root only.
      const isLost = root === undefined && name !== 'feed' && /\bxml:lang\s*=/.test(attributes)
      if (judged === 'unusual' || isLost) items.markUnusual()
    } else if (inAtom && name === 'link') items.markUnusual()
    if (!seen.has(name)) {
      seen.add(name)
      if (canonicalName(name) !== name) items.markUnusual()
    }
    return true
  }
}

/**
 * @param known hashes of items that an earlier scan found: an item with the same text is skipped in one step, since its
 * content was checked then
 */
export const scanner = (text: string, known: ReadonlySet<string> = NONE_KNOWN): Scanner => {
  const items = createItemSpans(text, known)
  const referencesWellIn = createReferenceCheck(text)
  const isWellWritten = createTagCheck(text, items)
  const stack: string[] = []
  let sure = true
  let rules: (typeof ROOTS)[string] | undefined
  let leapTo = -1
  let elements = 0
  let crowded = false
  let parents = 0
  let rootClosed = false
  let position = 0
  let stopAt = 0

  const unsure = (): false => {
    sure = false
    return false
  }

  const open = (name: string, tag: OpenTag): boolean => {
    if (rootClosed || stack.length >= MAX_DEPTH || !isWellWritten(name, tag, stack[0])) return unsure()
    const parent = stack.at(-1)
    if (parent === undefined) {
      rules = Object.hasOwn(ROOTS, name) ? ROOTS[name] : undefined
      if (!rules || tag.selfClosing) return unsure()
    }
    if (name === rules?.item) {
      // Items within items, or with any other parent, are not split.
      if (items.isInItem() || parent !== rules.parent || stack.length > 2) return unsure()
      items.begin(tag.start)
      if (!tag.selfClosing) leapTo = items.skipKnown(name)
      if (leapTo >= 0) return false
      elements = 0
    } else if (LIKE_ITEM.test(name)) return unsure()
    if (name === rules?.parent) parents += 1
    if (parent !== undefined && PROSE.has(parent)) items.markUnusual()
    elements += 1
    if (elements > MAX_ELEMENTS) crowded = true
    if (!tag.selfClosing) stack.push(name)
    else if (name === rules?.item) items.end(tag.end)
    return tag.end < stopAt
  }

  const isAtomDate = (): boolean => stack.length === 3 && stack[0] === 'feed' && ATOM_DATES.has(stack[2] ?? '')

  const handler: TokenHandler = {
    open,
    close(name, _start, end) {
      if (stack.pop() !== name || text.charCodeAt(end - 1) !== GT) return unsure()
      if (name === rules?.item && items.isInItem()) items.end(end)
      if (stack.length === 0) rootClosed = true
      return end < stopAt
    },
    text(start, end) {
      if (!referencesWellIn(start, end)) sure = false
      // A bare `<`, or text outside of the root, needs the lenient reader.
      const lt = text.indexOf('<', start)
      if (lt >= 0 && lt < end) sure = false
      if (stack.length === 0 && /\S/.test(text.slice(start, Math.min(end, start + 1_000)))) sure = false
      if (items.isInItem() && hasText(text, start, end)) items.addText(start, end, true)
      if (isAtomDate() && Number.isNaN(Date.parse(text.slice(start, end)))) items.markUnusual()
    },
    cdata(start, end) {
      if (!text.startsWith(']]>', end)) sure = false
      if (items.isInItem()) items.addText(start, end, false)
      if (isAtomDate()) items.markUnusual()
    },
    doctype(_start, end) {
      if (stack.length > 0 || text.charCodeAt(end - 2) === BRACKET) sure = false
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
      sure && rootClosed && parents === 1 && !items.isInItem() ? { text, ...items.result(), crowded } : null,
  }
}
