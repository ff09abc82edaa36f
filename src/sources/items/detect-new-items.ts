/**
 * Only what is new is parsed. A feed that changed mostly holds what it held before: its items as written are hashed, known ones are cut
 * out, and the head with the rest is parsed as ever. Where the document cannot be taken apart with certainty, all of it is parsed.
 */

import type { Feed, NotAFeed } from '../../domain/feed-item.ts'
import { decode } from '../../feeds/decode.ts'
import { buildFeed } from '../../feeds/documents/xml-feed.ts'
import { looksXmlFeed, MOST_ITEMS, type ReadOptions, readText } from '../../feeds/read.ts'
import { newest, readSome, splitInTurns } from '../../feeds/xml/slices.ts'

export interface ReadNewItemsOptions extends ReadOptions {
  /** `itemHashes` of earlier readings: items as written that need no parsing any more. */
  readonly known: ReadonlySet<string>
}

export interface NewItemsRead {
  readonly kind: 'feed'
  /** The feed with new items only, in document order; with all of its items where `itemHashes` is null. */
  readonly feed: Feed
  /** Hashes of all items as written, in document order, known ones too: what is `known` next time. null where everything was parsed. */
  readonly itemHashes: readonly string[] | null
}

/**
 * @returns the same items as `readFeed`, less those whose hashes are known
 */
export const readNewItems = async (
  bytes: Uint8Array,
  { known, ...options }: ReadNewItemsOptions,
): Promise<NewItemsRead | NotAFeed> => {
  const { text, warnings } = decode(bytes, options.contentType)
  const start = text.trimStart()
  const split = looksXmlFeed(start) ? await splitInTurns(start, known) : null
  // One that offers HTML and one with too many elements in an item are left to the ways that know them.
  if (split === null || split.crowded || split.spans.length === 0) {
    const read = await readText(start, options, warnings)
    return read.kind === 'feed' ? { ...read, itemHashes: null } : read
  }
  const maxItems = options.maxItems ?? MOST_ITEMS
  const { from, to } = newest(split, maxItems)
  const itemHashes = split.spans.slice(from, to).map(({ hash }) => hash)
  const unknown: number[] = []
  for (const [index, hash] of itemHashes.entries()) if (!known.has(hash)) unknown.push(from + index)
  const read = await readSome(split, unknown)
  const left = split.spans.length - (to - from)
  return {
    kind: 'feed',
    feed: await buildFeed(read.raw, options.url, maxItems, [
      ...warnings,
      ...read.warnings,
      ...(left > 0 ? [`${left} items beyond ${maxItems} left out`] : []),
    ]),
    itemHashes,
  }
}
