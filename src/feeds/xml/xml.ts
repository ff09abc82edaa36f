/**
 * XML -> raw elements: rss-parser where it reads rightly, the second reader where it does not. (docs/decisions/0003)
 */

import { readLeniently } from './lenient.ts'
import { unusualCase } from './names.ts'
import { unusualPrefixes } from './namespaces.ts'
import type { RawFeed } from './raw.ts'
import type { Reader } from './scan.ts'
import { beyondStrict, fellShort, readStrictly } from './strict.ts'

export interface XmlRead {
  readonly raw: RawFeed
  /** Who read it in the end. */
  readonly by: Reader
  /** What was mended on the way, in words. */
  readonly warnings: readonly string[]
}

/** The reader that a document is first given to, where it could not be taken apart to know. */
export const readerFor = (text: string): Reader =>
  beyondStrict(text) || unusualPrefixes(text) || unusualCase(text) ? 'lenient' : 'strict'

/**
 * @param holds how many items the text holds; counted by their tags where that is not known
 * @returns null where no feed is found in the text
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
