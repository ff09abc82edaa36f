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

/** Whether a text begins with a block of HTML. */
export const IS_HTML = /^\s*<(?:p|div|ul|ol|table|h[1-6]|blockquote|figure|img|br|a)\b[^<>]{0,2000}>/i

/** Whether a text of no declared type is HTML nevertheless: its generator escaped it and forgot to say so. */
export const looksMislabelled = (raw: Raw, markup: string): boolean =>
  attribute(raw, 'type') === null && IS_HTML.test(markup)
