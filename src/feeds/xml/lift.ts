/**
 * Replaces long text in a document by marks before rss-parser reads it, and puts the text back into the result. Most of
 * a feed is plain text, yet rss-parser's XML parser looks at each character in turn; with marks the same elements come
 * out in a fraction of the time
 * (docs/decisions/0003).
 */

import { decodeXML } from 'entities'
import type { Raw, RawFields } from './raw.ts'

/** A piece of character data, within one element. */
export interface Piece {
  readonly start: number
  readonly end: number
  /** Whether references in it stand for characters: not within a CDATA section. */
  readonly coded: boolean
}

/**
 * A noncharacter. Nobody can forge it: a text that holds it has nothing lifted out, and one that refers to it is not
 * taken apart.
 */
export const MARK = '\ufdd0'
const MARKED = /\ufdd0(\d+)\ufdd0/g

/** Characters from which lifting a piece is worth its while. */
export const LONG = 100

export const mayLift = (text: string): boolean => !text.includes(MARK)

/**
 * @param pieces ascending, none within another
 * @param from index of the first piece that may lie in the part
 * @returns the part of the text with marks for the pieces in it, and the index of the first piece behind it
 */
export const lifted = (
  text: string,
  pieces: readonly Piece[],
  from: number,
  { start, end }: { readonly start: number; readonly end: number },
): { readonly written: string; readonly next: number } => {
  let written = ''
  let at = start
  let next = from
  for (let piece = pieces[next]; piece && piece.end <= end; piece = pieces[next]) {
    if (piece.start >= start) {
      written += `${text.slice(at, piece.start)}${MARK}${next}${MARK}`
      at = piece.end
    }
    next += 1
  }
  return { written: written + text.slice(at, end), next }
}

/** Puts the pieces back, in place: what a reader made of marked text is handed to nobody else. */
export const putBack = (text: string, pieces: readonly Piece[], items: readonly RawFields[]): void => {
  const restored = (marked: string): string =>
    marked.replace(MARKED, (mark, index: string) => {
      const piece = pieces[Number(index)]
      if (!piece) return mark
      const written = text.slice(piece.start, piece.end)
      return piece.coded && written.includes('&') ? decodeXML(written) : written
    })
  const walk = (raw: Raw): Raw => {
    if (typeof raw === 'string') return raw.includes(MARK) ? restored(raw) : raw
    const fields = raw as Record<string, unknown> // made by the reader for us, and of no other shape than Raw
    for (const name in fields) {
      const value = fields[name]
      if (Array.isArray(value)) walkAll(value)
      else if (name === '_' && typeof value === 'string' && value.includes(MARK)) fields[name] = restored(value)
    }
    return raw
  }
  const walkAll = (raws: Raw[]): void => {
    for (const [index, raw] of raws.entries()) {
      const whole = walk(raw)
      if (whole !== raw) raws[index] = whole
    }
  }
  for (const item of items) for (const name in item) walkAll((item[name] ?? []) as Raw[]) // readonly to others, not to us
}
