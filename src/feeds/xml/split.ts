/** A document whose items are known by where they begin and end. (pure) */

import { lifted, type Piece } from './lift.ts'

export type Reader = 'strict' | 'lenient'

export interface Span {
  readonly start: number
  readonly end: number
}

/** An item as written in the document. */
export interface ItemSpan extends Span {
  readonly hash: string
  /** Characters that rss-parser has to read: what remains once long text is lifted out. */
  readonly weight: number
}

export interface Split {
  readonly text: string
  /** Items in document order, none nested, all with the same parent. */
  readonly spans: readonly ItemSpan[]
  /** Content between items other than white space: elements of the channel. */
  readonly between: readonly Span[]
  /** Long text within the scanned items, ascending. */
  readonly pieces: readonly Piece[]
  /** The reader to use: the lenient one for inline markup, unusual prefixes or case, or xml:base. */
  readonly reader: Reader
  /** Whether an item holds more elements than rss-parser reads in linear time. */
  readonly crowded: boolean
}

/**
 * The document with only some of its items. Everything before, between and after the items stays, so that namespaces,
 * xml:base and xml:lang are inherited as before; white space between items is removed with them. For rss-parser long
 * text is lifted out: call `putBack` on the result.
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
