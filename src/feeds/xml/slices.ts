/**
 * Reads long documents a slice at a time: memory is bounded, and the event loop is never blocked for long.
 * (docs/decisions/0003)
 */

import { yieldToEventLoop } from '../../util/slices.ts'
import { parseDate } from '../dates/dates.ts'
import { lenientReader } from './lenient.ts'
import { putBack } from './lift.ts'
import type { RawFields } from './raw.ts'
import { type Scanner, scanner } from './scan.ts'
import { type Split, withItems } from './split.ts'
import { readerFor, readXml, type XmlRead } from './xml.ts'

/** Characters per step of scanning, of rss-parser and of the lenient reader: each takes about 10 ms. */
const SCAN_SLICE = 500_000
const PARSE_SLICE = 50_000
const READ_SLICE = 200_000

export const splitInTurns = async (text: string, known?: ReadonlySet<string>): Promise<Split | null> => {
  const scan: Scanner = scanner(text, known)
  while (scan.step(SCAN_SLICE)) await yieldToEventLoop()
  return scan.result()
}

const DATE = /<(?:pubDate|published|updated|dc:date)\b[^<>]{0,200}>\s{0,50}(?:<!\[CDATA\[)?([^<\]]{1,100})/

const dateIn = ({ text, spans }: Split, index: number): number => {
  const span = spans.at(index)
  const written = span && DATE.exec(text.slice(span.start, span.end))?.[1]
  return Date.parse(parseDate(written) ?? '')
}

/** The newest `most` items of a document: its first ones, or its last ones if its last item is newer than its first. */
export const newest = (split: Split, most: number): { readonly from: number; readonly to: number } => {
  const count = split.spans.length
  if (count <= most) return { from: 0, to: count }
  return dateIn(split, -1) > dateIn(split, 0) ? { from: count - most, to: count } : { from: 0, to: most }
}

/** Longer documents, in characters, are read in slices: this much takes rss-parser about 10 ms. */
export const SLICED_FROM = 100_000

/** Reads the newest items of a document, in slices if it is long. @returns null if it contains no feed */
export const readDocument = async (text: string, maxItems: number): Promise<XmlRead | null> => {
  const split = await splitInTurns(text)
  if (split === null || split.crowded || split.spans.length === 0) {
    return text.length > SLICED_FROM ? readLenientlyInSlices(text, maxItems) : readXml(text, readerFor(text), maxItems)
  }
  const { from, to } = newest(split, maxItems)
  const wanted = Array.from({ length: to - from }, (_, index) => from + index)
  const read = await readSome(split, wanted)
  const left = split.spans.length - wanted.length
  return left > 0 ? { ...read, warnings: [...read.warnings, `${left} items beyond ${maxItems} left out`] } : read
}

/** A document that could not be split is an unusual feed, or not well-formed. */
const readLenientlyInSlices = async (text: string, maxItems: number): Promise<XmlRead | null> => {
  const reader = lenientReader(text, maxItems)
  while (reader.step(READ_SLICE)) await yieldToEventLoop()
  const raw = reader.finish()
  return raw && { raw, by: 'lenient', warnings: [] }
}

/**
 * Reads some items of a split document.
 * @param wanted their indices, ascending
 */
export const readSome = async (split: Split, wanted: readonly number[]): Promise<XmlRead> => {
  const slices = buildSlices(split, wanted)
  const items: RawFields[] = []
  const warnings = new Set<string>()
  let whole: XmlRead | null = null
  for (const slice of slices.length > 0 ? slices : [[]]) {
    if (whole !== null) await yieldToEventLoop()
    const read = await readSlice(split, slice)
    whole ??= read
    for (const item of read.raw.items) items.push(item)
    for (const warning of read.warnings) warnings.add(warning)
  }
  if (whole === null) throw new Error('no slice of a document was read')
  return { ...whole, raw: { ...whole.raw, items }, warnings: [...warnings] }
}

const readSlice = async (split: Split, slice: readonly number[]): Promise<XmlRead> => {
  // The number of items is known, so an item tag within a comment must not affect the choice of reader.
  const first = await readXml(withItems(split, slice), split.reader, Number.POSITIVE_INFINITY, () => slice.length)
  // The lenient reader keeps text as written: lifted text may hold markup, which a mark would hide.
  const isMarked = split.reader === 'strict' && split.pieces.length > 0 && first?.by === 'lenient'
  const read = isMarked
    ? await readXml(withItems({ ...split, pieces: [] }, slice), 'lenient', Number.POSITIVE_INFINITY)
    : first
  if (read === null) throw new Error('a document that could be taken apart has no feed element')
  if (read.by === 'strict') putBack(split.text, split.pieces, read.raw.items)
  return { ...read, warnings: first?.warnings ?? [] }
}

const buildSlices = ({ spans }: Split, wanted: readonly number[]): number[][] => {
  const slices: number[][] = []
  let slice: number[] = []
  let length = 0
  for (const index of wanted) {
    const span = spans[index]
    if (slice.length > 0 && length >= PARSE_SLICE) {
      slices.push(slice)
      slice = []
      length = 0
    }
    slice.push(index)
    length += span?.weight ?? 0
  }
  if (slice.length > 0) slices.push(slice)
  return slices
}
