/**
 * Parses only the new items of a feed, since most items of a changed feed are old. It splits the document into items,
 * hashes the text of each, cuts out those with known hashes, and parses the rest. If it cannot split the document
 * reliably, it parses all of it.
 */

import type { Feed, NotAFeed } from '../../domain/feed-item.ts'
import { decode } from '../../feeds/decode.ts'
import { buildFeed } from '../../feeds/documents/xml-feed.ts'
import { looksXmlFeed, MAX_ITEMS, type ReadOptions, readDecoded } from '../../feeds/read.ts'
import { newest, readSome, splitInTurns } from '../../feeds/xml/slices.ts'

export interface ReadNewItemsOptions extends ReadOptions {
  /** `itemHashes` of earlier reads: items with these hashes are not parsed. */
  readonly known: ReadonlySet<string>
}

export interface NewItemsRead {
  readonly kind: 'feed'
  /** The feed with new items only, in document order; with all items if `itemHashes` is null. */
  readonly feed: Feed
  /**
   * Hashes of all items, known ones too, in document order: `known` of the next read. null if all items were parsed.
   */
  readonly itemHashes: readonly string[] | null
}

/**
 * @returns the items that `readFeed` would return, without those whose hashes are known
 */
export const readNewItems = async (
  bytes: Uint8Array,
  { known, ...options }: ReadNewItemsOptions,
): Promise<NewItemsRead | NotAFeed> => {
  const { text, warnings } = decode(bytes, options.contentType)
  const start = text.trimStart()
  const split = looksXmlFeed(start) ? await splitInTurns(start, known) : null
  // Without items it may be HTML, and some items may have too many elements: the full reader handles both.
  if (split === null || split.crowded || split.spans.length === 0) {
    const read = await readDecoded(start, options, warnings)
    return read.kind === 'feed' ? { ...read, itemHashes: null } : read
  }
  const maxItems = options.maxItems ?? MAX_ITEMS
  const { from, to } = newest(split, maxItems)
  const itemHashes = split.spans.slice(from, to).map(({ hash }) => hash)
  const unknown: number[] = []
  for (const [index, hash] of itemHashes.entries()) if (!known.has(hash)) unknown.push(from + index)
  const read = await readSome(split, unknown)
  const left = split.spans.length - (to - from)
  return {
    kind: 'feed',
    feed: await buildFeed(read.raw, { url: options.url, maxItems, withContent: options.withContent }, [
      ...warnings,
      ...read.warnings,
      ...(left > 0 ? [`${left} items beyond ${maxItems} left out`] : []),
    ]),
    itemHashes,
  }
}
