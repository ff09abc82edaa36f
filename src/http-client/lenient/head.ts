/**
 * The head of an HTTP/1 answer as browsers and curl read it, where RFC 9112 lets a recipient be lenient or servers are
 * known to err: lines that end with LF alone, white space before a colon, folded lines, lines that are no header. (pure)
 */

import type { Headers } from '../headers.ts'

const STATUS_LINE = /^\s{0,20}(?:HTTP(?:\/\d{1,3}(?:\.\d{1,3})?)?|ICY)[ \t]{1,20}(\d{3})(?!\d)/i

/** The status code of a status line; null if the line is none. */
export const parseStatusLine = (line: string): number | null => {
  const code = STATUS_LINE.exec(line)?.[1]
  return code === undefined ? null : Number(code)
}

/** Control characters other than a tab, as in a value with a bare CR, count as spaces (RFC 9112, 2.2; RFC 9110, 5.5). */
const withoutControls = (text: string): string => text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ' ')

/** Header lines without their line ends -> headers by lower-case name. A line that is no header is ignored. */
export const parseHeaderLines = (lines: readonly string[]): Headers => {
  const fields: { readonly name: string; value: string }[] = []
  for (const line of lines.map(withoutControls)) {
    const last = fields.at(-1)
    const colon = line.indexOf(':')
    // A folded line goes on where the one before it ended (RFC 9112, 5.2).
    if (/^[ \t]/.test(line) && last) last.value = `${last.value} ${line.trim()}`
    else if (colon > 0)
      fields.push({ name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() })
  }
  const headers = new Map<string, string | string[]>()
  for (const { name, value } of fields) {
    const known = headers.get(name)
    headers.set(name, known === undefined ? value : [known, value].flat())
  }
  return Object.fromEntries(headers)
}

/** How the end of a body is found. */
export type Framing =
  | { readonly kind: 'none' | 'chunked' | 'until-close' }
  | { readonly kind: 'length'; readonly length: number }
  /** Lengths that contradict each other: nobody can tell where the body ends. */
  | { readonly kind: 'contradictory' }

const listOf = (value: string | string[] | undefined): string[] =>
  [value ?? []].flat().flatMap(each => each.split(',').map(part => part.trim()))

/**
 * RFC 9112, section 6.3: chunked goes before any length, equal lengths are one. A length that is no number is ignored,
 * as browsers do.
 */
export const findFraming = (status: number, headers: Headers): Framing => {
  if (status < 200 || status === 204 || status === 304) return { kind: 'none' }
  if (listOf(headers['transfer-encoding']).some(coding => /^chunked$/i.test(coding))) return { kind: 'chunked' }
  const lengths = new Set(
    listOf(headers['content-length'])
      .filter(length => /^\d{1,15}$/.test(length))
      .map(Number),
  )
  const [length] = lengths
  if (length === undefined) return { kind: 'until-close' }
  return lengths.size > 1 ? { kind: 'contradictory' } : { kind: 'length', length }
}

/** The headers without what the framing overrules, so that nobody takes a wrong length for the body's. */
export const correctLength = (headers: Headers, framing: Framing): Headers => {
  const { 'content-length': _, ...others } = headers
  return framing.kind === 'length' ? { ...others, 'content-length': String(framing.length) } : others
}

/** Whether a strict parser may find another end of the body in these headers than browsers do. */
export const isAmbiguous = (headers: Headers): boolean => {
  const lengths = listOf(headers['content-length'])
  return lengths.length > 1 || (lengths.length === 1 && headers['transfer-encoding'] !== undefined)
}
