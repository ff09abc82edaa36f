/** Of what type a text is by its format. (pure) */

import { attribute, holdsXml, type Raw } from '../xml/raw.ts'
import type { TextKind } from './headline.ts'
import type { LinkContext } from './links.ts'

/**
 * In Atom by `type` (RFC 4287, 3.1.1) and by the `mode` of Atom 0.3, where text is the default; in RSS nothing says so.
 */
export const kindOf = (raw: Raw, name: string, format: LinkContext['format']): TextKind => {
  const isAtom = name.startsWith('atom:') || (format === 'atom' && !name.includes(':'))
  if (holdsXml(raw)) return 'xml'
  // The content module of RSS: entity-encoded HTML, always.
  if (name === 'content:encoded') return 'html'
  if (typeof raw === 'string') return isAtom ? 'text' : 'unknown'
  const type = attribute(raw, 'type')?.toLowerCase() ?? ''
  if (type === 'html' || type === 'text/html') return 'html'
  const isEscaped = type === '' && attribute(raw, 'mode')?.toLowerCase() === 'escaped'
  return isAtom && !isEscaped ? 'text' : 'unknown'
}

/** RFC 4287, 4.1.3.3: content whose type is neither text nor XML is in base64. */
export const isBase64 = (raw: Raw): boolean => {
  if (typeof raw === 'string') return false
  const type = attribute(raw, 'type')?.toLowerCase() ?? ''
  return attribute(raw, 'mode')?.toLowerCase() === 'base64' || (type.includes('/') && !/^text\/|[+/]xml$/.test(type))
}

const BLOCK = /<\/[a-z][a-z0-9]{0,20}\s{0,5}>|<(?:br|hr|p|div|li|figure)\b[^<>]{0,2000}>|<!--/i
/** Those that are nothing without attributes: a text may be about them. */
const WITH_ATTRIBUTES = /<(?:img|iframe|embed|object|link|meta)\s[^<>]{0,2000}>/gi

/** Whether a text that may be HTML holds any. Text of which nothing is HTML may still hold a `<`. */
export const holdsHtml = (text: string): boolean =>
  BLOCK.test(text) || (text.match(WITH_ATTRIBUTES) ?? []).some(tag => tag.includes('='))

const BEGINS_AS_HTML = /^\s*<(?:p|div|ul|ol|table|h[1-6]|blockquote|figure|img|br|a)\b[^<>]{0,2000}>/i

/** Whether a text of no declared type is HTML nevertheless: its generator escaped it and forgot to say so. */
export const looksMislabelled = (raw: Raw, markup: string): boolean =>
  attribute(raw, 'type') === null && BEGINS_AS_HTML.test(markup)

/** Whether a text is HTML from its beginning: once decoded, such a text was HTML all of which was escaped. */
export const isAllHtml = (text: string): boolean => BEGINS_AS_HTML.test(text) && holdsHtml(text)
