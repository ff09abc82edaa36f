/** Whether parts of a document are written so that all XML parsers read them alike. (pure) */

import { MARK } from './lift.ts'
import { unusualPrefixes } from './namespaces.ts'

const MAX_ATTRIBUTES_LENGTH = 4_000
const ATTRIBUTES = /^(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*$/
const NO_REFERENCE = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)/
const NUMBERED = /&#(x?)([0-9a-fA-F]{1,7});/g

/**
 * Whether every ampersand begins a reference that all parsers read alike: one of XML's five entities, or a character
 * that XML allows.
 */
export const isWellReferenced = (text: string): boolean => {
  if (NO_REFERENCE.test(text)) return false
  if (!text.includes('&#')) return true
  for (const [, hex, digits = ''] of text.matchAll(NUMBERED))
    if (!mayHold(Number.parseInt(digits, hex === 'x' ? 16 : 10))) return false
  return true
}

const MARK_POINT = MARK.charCodeAt(0)

/** XML 1.0, production 2: Char, except the mark that stands for lifted text. */
const mayHold = (point: number): boolean =>
  (point >= 0x20 && point <= 0xd7ff) ||
  (point >= 0xe000 && point <= 0xfffd && point !== MARK_POINT) ||
  (point >= 0x10000 && point <= 0x10ffff) ||
  point === 9 ||
  point === 10 ||
  point === 13

const BEYOND_STRICT =
  /\bxml:base\s*=|\btype\s*=\s*["'](?:xhtml|application\/xhtml\+xml)["']|\bmode\s*=\s*["']xml["']|\b(?:HREF|REL|ISPERMALINK|ispermalink|IsPermaLink)\s*=/

/**
 * @param attributes of one start tag, as written
 * @returns `unusual` if only the lenient reader reads them correctly, null if they are not well-formed
 */
export const judgeAttributes = (attributes: string, inAtom: boolean): 'usual' | 'unusual' | null => {
  if (attributes.length > MAX_ATTRIBUTES_LENGTH || !ATTRIBUTES.test(attributes)) return null
  if (attributes.includes('&') && !isWellReferenced(attributes)) return null
  const isUnusual =
    BEYOND_STRICT.test(attributes) || (attributes.includes('xmlns') && unusualPrefixes(attributes, inAtom))
  return isUnusual ? 'unusual' : 'usual'
}
