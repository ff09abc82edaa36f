/** Which items of a source are the same, and which changed. (pure) */

import { createHash } from 'node:crypto'
import type { FeedItem } from './item.ts'

export interface Identified {
  readonly item: FeedItem
  /** 16 characters; the same for the same item of a source, however often its text is edited. */
  readonly key: string
  /** 8 characters; another as soon as something a reader sees changes. */
  readonly fingerprint: string
}

const digest = (parts: readonly (string | null)[], length: number): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, length)

/** More blank or repeated guids than this share of a document, and its guids are not to be trusted. */
const TRUSTED_SHARE = 0.05

/**
 * Whether ids tell items apart: at most 5 % of them blank or repeated, and none holding its headline (an edit would make it new).
 * @param carried items in the document, where only some of them were read: the others were found trustworthy when they were
 */
export const trustsIds = (items: readonly FeedItem[], carried = items.length): boolean => {
  const ids = items.map(item => item.id)
  const distinct = new Set(ids.filter(id => id !== null)).size
  if (items.length - distinct > carried * TRUSTED_SHARE) return false
  const holding = items.filter(
    item => item.title !== null && item.title.length > 10 && item.id?.includes(item.title),
  ).length
  return holding <= carried * TRUSTED_SHARE
}

/**
 * Keys and fingerprints of a document's items, in order, repeated keys left out: the first of a feed is the newest.
 * By id where ids can be trusted, else by link, else by title and date.
 * @param useIds false for a source whose ids once proved untrustworthy: it stays with links
 */
export const identify = (items: readonly FeedItem[], useIds = trustsIds(items)): readonly Identified[] => {
  const seen = new Set<string>()
  return items.flatMap(item => {
    const by =
      useIds && item.id !== null
        ? ['id', item.id]
        : item.link !== null
          ? ['link', item.link]
          : ['title', item.title, item.published]
    const key = digest(by, 16)
    if (seen.has(key)) return []
    seen.add(key)
    return {
      item,
      key,
      fingerprint: digest([item.title, item.link, item.summary, item.author, item.image, ...item.categories], 8),
    }
  })
}
