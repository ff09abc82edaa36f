/** XML -> raw elements: rss-parser where it reads rightly, the second reader where it does not. (docs/decisions/0010) */

import { readLeniently } from './lenient.ts'
import { unusualCase } from './names.ts'
import { unusualPrefixes } from './namespaces.ts'
import type { RawFeed } from './raw.ts'
import type { Reader } from './scan.ts'
import { beyondStrict, fellShort, readStrictly } from './strict.ts'

export interface XmlRead {
  readonly raw: RawFeed
  /** What was mended on the way, in words. */
  readonly warnings: readonly string[]
}

/** The reader that a document is first given to, where it could not be taken apart to know. */
export const readerFor = (text: string): Reader =>
  beyondStrict(text) || unusualPrefixes(text) || unusualCase(text) ? 'lenient' : 'strict'

/** @returns null where no feed is found in the text */
export const readXml = async (text: string, reader: Reader, maxItems: number): Promise<XmlRead | null> => {
  let why = ''
  if (reader === 'strict') {
    try {
      const raw = await readStrictly(text)
      const again = fellShort(raw, itemsShown(text)) ? readLeniently(text, maxItems) : null
      return { raw: again && again.items.length >= Math.min(raw.items.length, maxItems) ? again : raw, warnings: [] }
    } catch (error) {
      why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    }
  }
  const raw = readLeniently(text, maxItems)
  return raw && { raw, warnings: why === '' ? [] : [`not well-formed, read leniently: ${why}`] }
}

/** Start tags of items, those in comments and quoted markup too: never fewer than there are. */
const itemsShown = (text: string): number => {
  let count = 0
  for (const tag of ['<item', '<entry']) {
    for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, at + tag.length)) {
      if (/[\s>/]/.test(text[at + tag.length] ?? '')) count += 1
    }
  }
  return count
}
