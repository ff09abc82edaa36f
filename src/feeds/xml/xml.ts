/**
 * Converts XML to raw elements: with rss-parser if it reads the document correctly, otherwise with the lenient reader.
 * (docs/decisions/0003)
 */

import { readLeniently } from './lenient.ts'
import { unusualCase } from './names.ts'
import { unusualPrefixes } from './namespaces.ts'
import type { RawFeed } from './raw.ts'
import type { Reader } from './split.ts'
import { beyondStrict, fellShort, readStrictly } from './strict.ts'

export interface XmlRead {
  readonly raw: RawFeed
  /** The reader that produced the result. */
  readonly by: Reader
  /** Errors in the document that were repaired, in words. */
  readonly warnings: readonly string[]
}

/** The reader to try first for a document that could not be split. */
export const readerFor = (text: string): Reader =>
  beyondStrict(text) || unusualPrefixes(text) || unusualCase(text) ? 'lenient' : 'strict'

/**
 * @param holds how many items the text holds; if not known, their tags are counted
 * @returns null if the text contains no feed
 */
export const readXml = async (
  text: string,
  reader: Reader,
  maxItems: number,
  holds = itemsShown,
): Promise<XmlRead | null> => {
  let why = ''
  if (reader === 'strict') {
    try {
      const raw = await readStrictly(text)
      const again = fellShort(raw, holds(text)) ? readLeniently(text, maxItems) : null
      return again && again.items.length >= Math.min(raw.items.length, maxItems)
        ? { raw: again, by: 'lenient', warnings: [] }
        : { raw, by: 'strict', warnings: [] }
    } catch (error) {
      why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    }
  }
  const raw = readLeniently(text, maxItems)
  return raw && { raw, by: 'lenient', warnings: why === '' ? [] : [`not well-formed, read leniently: ${why}`] }
}

/** Counts start tags of items, also in comments and quoted markup: never fewer than there are items. */
const itemsShown = (text: string): number => {
  let count = 0
  for (const tag of ['<item', '<entry']) {
    for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, at + tag.length)) {
      if (/[\s>/]/.test(text[at + tag.length] ?? '')) count += 1
    }
  }
  return count
}
