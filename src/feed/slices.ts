/** Long documents, read a slice at a time: bounded in memory, and the event loop is never held for long. (docs/decisions/0011) */

import { setImmediate } from 'node:timers/promises'
import { parseDate } from './dates.ts'
import type { RawFields } from './raw.ts'
import { type Scanner, type Split, scanner, withItems, withRun } from './scan.ts'
import { type Reader, readerFor, readXml, type XmlRead } from './xml.ts'

/** Lets everything else that is waiting run first. */
export const nextTurn = (): Promise<void> => setImmediate()

/** Characters scanned, and characters parsed, at a time: each about 10 ms. */
const SCAN_SLICE = 500_000
const PARSE_SLICE = 50_000

export const splitInTurns = async (text: string): Promise<Split | null> => {
  const scan: Scanner = scanner(text)
  while (scan.step(SCAN_SLICE)) await nextTurn()
  return scan.result()
}

const DATE = /<(?:pubDate|published|updated|dc:date)\b[^<>]{0,200}>\s{0,50}(?:<!\[CDATA\[)?([^<\]]{1,100})/

const dateIn = ({ text, spans }: Split, index: number): number => {
  const span = spans.at(index)
  const written = span && DATE.exec(text.slice(span.start, span.end))?.[1]
  return Date.parse(parseDate(written) ?? '')
}

/** The newest `most` items of a document: those it begins with, or, where its last item is newer than its first, those it ends with. */
export const newest = (split: Split, most: number): { readonly from: number; readonly to: number } => {
  const count = split.spans.length
  if (count <= most) return { from: 0, to: count }
  return dateIn(split, -1) > dateIn(split, 0) ? { from: count - most, to: count } : { from: 0, to: most }
}

/** Reads a long document, only its newest items, in slices. @returns null where no feed is found */
export const readInSlices = async (text: string, maxItems: number): Promise<XmlRead | null> => {
  const split = await splitInTurns(text)
  if (split === null) return readXml(text, 'lenient', maxItems)
  const { from, to } = newest(split, maxItems)
  const read = await readSpans(split, from, to)
  const left = split.spans.length - (to - from)
  return left > 0 ? { ...read, warnings: [...read.warnings, `${left} items beyond ${maxItems} left out`] } : read
}

const readSpans = async (split: Split, from: number, to: number): Promise<XmlRead> => {
  const head = withItems(split, () => false)
  const reader: Reader = split.holdsMarkup || readerFor(head) === 'lenient' ? 'lenient' : 'strict'
  const whole = await readXml(head, reader, 0)
  if (whole === null) throw new Error('a document that could be split has no feed element')
  const items: RawFields[] = []
  const warnings = new Set<string>()
  for (let at = from; at < to; ) {
    const first = at
    let length = 0
    while (at < to && (length === 0 || length < PARSE_SLICE)) {
      const span = split.spans[at]
      length += span ? span.end - span.start : 0
      at += 1
    }
    await nextTurn()
    const read = await readXml(withRun(split, first, at), reader, Number.POSITIVE_INFINITY)
    for (const item of read?.raw.items ?? []) items.push(item)
    for (const warning of read?.warnings ?? []) warnings.add(warning)
  }
  return { raw: { ...whole.raw, items }, warnings: [...warnings] }
}
