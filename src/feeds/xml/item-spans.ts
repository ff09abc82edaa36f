/**
 * Collects where the items of a document begin and end, their hashes, and what is between them, while it is scanned.
 */

import { hash } from 'node:crypto'
import { LONG, mayLift, type Piece } from './lift.ts'
import type { ItemSpan, Span, Split } from './split.ts'

/** Prefix of the hash of an item that only the lenient reader reads correctly. */
const UNUSUAL = '~'

/**
 * A 12-character (72-bit) hash of an item as written. A source that forged a collision would only hide an item of its
 * own.
 */
const spanHash = (text: string, { start, end }: Span): string =>
  hash('sha1', text.slice(start, end), 'base64url').slice(0, 12)

export const hasText = (text: string, start: number, end: number): boolean => {
  for (let at = start; at < end; at += 1) if (text.charCodeAt(at) > 32) return true
  return false
}

export type ItemSpans = ReturnType<typeof createItemSpans>

/** @param known hashes of items that an earlier scan found */
export const createItemSpans = (text: string, known: ReadonlySet<string>) => {
  const spans: ItemSpan[] = []
  const between: Span[] = []
  const pieces: Piece[] = []
  const lifts = mayLift(text)
  let liftedHere = 0
  let itemAt = -1
  /** Whether the current item, or the channel around it, is unusual; and whether any before it is. */
  let unusual = false
  let unusualElsewhere = false

  const forgetUnusual = (): void => {
    unusualElsewhere ||= unusual
    unusual = false
  }

  const add = (end: number, hash: string): void => {
    const before = spans.at(-1)
    if (before && hasText(text, before.end, itemAt)) between.push({ start: before.end, end: itemAt })
    spans.push({ start: itemAt, end, hash, weight: end - itemAt - liftedHere })
    liftedHere = 0
    itemAt = -1
  }

  return {
    isInItem: (): boolean => itemAt >= 0,

    /** What was found last needs the lenient reader. */
    markUnusual(): void {
      unusual = true
    },

    begin(at: number): void {
      itemAt = at
      forgetUnusual()
    },

    /** Skips the item that has begun if its text, up to its first end tag, is known. @returns where it ends, or -1 */
    skipKnown(name: string): number {
      if (known.size === 0) return -1
      const endTag = `</${name}>`
      const at = text.indexOf(endTag, itemAt)
      if (at < 0) return -1
      const end = at + endTag.length
      const hash = spanHash(text, { start: itemAt, end })
      if (known.has(hash)) add(end, hash)
      else if (known.has(UNUSUAL + hash)) {
        unusualElsewhere = true
        add(end, UNUSUAL + hash)
      } else return -1
      return end
    },

    end(end: number): void {
      // An item affects the choice of reader even when it is skipped in a later scan, so its hash records it.
      const ownHash = spanHash(text, { start: itemAt, end })
      add(end, unusual ? UNUSUAL + ownHash : ownHash)
      forgetUnusual()
    },

    /** Notes a piece of text within an item that is worth lifting out. @param coded see `Piece` */
    addText(start: number, end: number, coded: boolean): void {
      if (!lifts || end - start <= LONG) return
      pieces.push({ start, end, coded })
      liftedHere += end - start
    },

    result: (): Pick<Split, 'spans' | 'between' | 'pieces' | 'reader'> => ({
      ...{ spans, between, pieces },
      reader: unusual || unusualElsewhere ? 'lenient' : 'strict',
    }),
  }
}
