/**
 * Replaces long text in a document by marks before rss-parser reads it, and puts the text back into the result. Most of
 * a feed is plain text, yet rss-parser's XML parser inspects every character; with marks it produces the same elements
 * in a fraction of the time (docs/decisions/0003).
 */

import { decodeXML } from 'entities'
import type { Raw, RawFields } from './raw.ts'

/** A piece of character data within one element. */
export interface Piece {
  readonly start: number
  readonly end: number
  /** Whether references in it are decoded: not in a CDATA section. */
  readonly coded: boolean
}

/**
 * A noncharacter, which cannot be forged: in a text that contains it nothing is lifted, and a document with a character
 * reference to it is not split.
 */
export const MARK = '\ufdd0'
const MARKED = /\ufdd0(\d+)\ufdd0/g

/** Pieces longer than this are worth lifting, characters. */
export const LONG = 100

export const mayLift = (text: string): boolean => !text.includes(MARK)

/**
 * @param pieces ascending, none within another
 * @param from index of the first piece that may be in the part
 * @returns the part of the text with marks for its pieces, and the index of the first piece after it
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

/** Puts the pieces back, modifying the items in place: nobody else holds what a reader made of marked text. */
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
    const fields = raw as Record<string, unknown> // the reader made it for us, and Raw has no other shape
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
  for (const item of items) for (const name in item) walkAll((item[name] ?? []) as Raw[]) // readonly for others; we own it
}
