/** Tells which items of a source are the same, and which changed (docs/decisions/0004). */

import { createHash } from 'node:crypto'
import { canonicalUrl, identityKey, type Keeps } from '../domain/canonical-url.ts'
import type { FeedItem } from '../domain/feed-item.ts'

export interface Identified {
  readonly item: FeedItem
  /** 16 characters; the same for the same item of a source, however often its text is edited. */
  readonly key: string
  /** Other keys it is known by as well, its link's or its id's: whichever of them was seen before, it is that item. */
  readonly also: readonly string[]
  /** Its id is made of its headline: under the same headline, such an id says nothing of which item it is. */
  readonly headlined: boolean
  /** 10 characters; another as soon as something a reader sees changes. The first four are the title's. */
  readonly fingerprint: string
}

const TITLE_PART = 4
const REST_PART = 6

/** What of a fingerprint stands for the title alone. */
export const titlePart = (fingerprint: string): string => fingerprint.slice(0, TITLE_PART)

const digest = (parts: readonly (string | null)[], length: number): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, length)

/** More blank or repeated guids than this share of a document, and its guids are not to be trusted. */
export const TRUSTED_SHARE = 0.05

/**
 * Whether ids tell items apart: at most 5 % of them blank or repeated.
 * @param carried items in the document, where only some of them were read: the others were found trustworthy when they were
 */
export const trustsIds = (items: readonly FeedItem[], carried = items.length): boolean => {
  const distinct = new Set(items.flatMap(({ id }) => (isBlank(id) ? [] : [id]))).size
  return items.length - distinct <= carried * TRUSTED_SHARE
}

const isBlank = (id: string | null): boolean => id === null || id.trim() === ''

/**
 * Keys and fingerprints of a document's items, in order, repeated keys left out: the first of a feed is the newest.
 * By id where ids can be trusted, then by link, where there is neither by title and date. Ids that a document gives to
 * several items with links of their own stand for none of them.
 * @param useIds false for a source whose ids once proved untrustworthy: it stays with links
 * @param keeps parameters that hosts were seen to tell articles apart by
 */
export const identify = (
  items: readonly FeedItem[],
  useIds = trustsIds(items),
  keeps?: Keeps,
): readonly Identified[] => {
  const links = items.map(item => linkKey(findPage(item), keeps))
  const linkById = new Map<string, string | null>()
  const shared = new Set<string>()
  for (const [index, { id }] of items.entries()) {
    if (!useIds || id === null) continue
    const link = links[index] ?? null
    if (linkById.has(id) && linkById.get(id) !== link) shared.add(id)
    linkById.set(id, link)
  }
  const taken = new Set<string>()
  return items.flatMap((item, index) => {
    const link = links[index] ?? null
    const id =
      useIds && item.id !== null && !isBlank(item.id) && !shared.has(item.id) ? digest(['id', item.id], 16) : null
    const headlined = id !== null && link !== null && holdsHeadline(item.id, item.title)
    const keys = (headlined ? [link, id] : [id, link]).filter(key => key !== null)
    const [key = digest(['title', item.title, item.published], 16), ...also] = keys
    if (taken.has(key)) return []
    taken.add(key)
    return { item, key, also, headlined, fingerprint: buildFingerprint(item, keeps) }
  })
}

/** Where its article stands: behind a redirector where the feed says so. */
export const findPage = ({ link, original }: Pick<FeedItem, 'link' | 'original'>): string | null =>
  link === null ? null : (original ?? link)

/** The same for all links that lead to one article: no tracking, no scheme, no mobile host. */
const linkKey = (link: string | null, keeps?: Keeps): string | null => {
  if (link === null) return null
  const url = canonicalUrl(link, keeps)
  return digest(['link', url === null ? link : identityKey(url)], 16)
}

const buildFingerprint = (item: FeedItem, keeps?: Keeps): string => {
  const { title, summary, author, image, categories } = item
  const page = findPage(item)
  const shown = page === null ? null : (canonicalUrl(page, keeps) ?? page)
  return digest([title], TITLE_PART) + digest([shown, summary, author, image, ...categories], REST_PART)
}

/** Slugs are cut, so the beginning of a headline is proof enough; very short ones are in an id by chance. */
const TELLING = 24
const SHORTEST = 8

/** Whether an id was made from the headline: as it is, or as a slug. */
const holdsHeadline = (id: string | null, title: string | null): boolean => {
  const telling = letters(title ?? '').slice(0, TELLING)
  return telling.length >= SHORTEST && letters(decoded(id ?? '')).includes(telling)
}

const letters = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
