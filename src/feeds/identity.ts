/**
 * Gives each item of a feed a key, which stays the same when its text is edited, and a fingerprint, which changes then.
 * Detection of new items compares both with what is remembered of the source (docs/decisions/0004).
 */

import { createHash } from 'node:crypto'
import { canonicalUrl, identityKey, type Keeps } from '../domain/canonical-url.ts'
import type { FeedItem } from '../domain/feed-item.ts'

export interface Identified {
  readonly item: FeedItem
  /** 16 characters; the same for the same item of a source, however often its text is edited. */
  readonly key: string
  /** Its other keys, by link or by id. If any of its keys was seen before, it is that item. */
  readonly also: readonly string[]
  /** Whether its id was made from its headline. Two items with the same headline then have the same id. */
  readonly headlined: boolean
  /** 10 characters that change whenever something visible to readers changes. The first four stand for the title. */
  readonly fingerprint: string
}

const TITLE_PART = 4
const REST_PART = 6

/** The part of a fingerprint that depends on the title alone. */
export const titlePart = (fingerprint: string): string => fingerprint.slice(0, TITLE_PART)

const digest = (parts: readonly (string | null)[], length: number): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, length)

/** If more than this share of a document's guids are blank or repeated, none of its guids are trusted. */
export const TRUSTED_SHARE = 0.05

/**
 * Whether ids tell items apart, that is, whether at most 5 % of them are blank or repeated.
 * @param carried number of items in the document, if only some of them were read; the ids of the others were judged
 * when those were read
 */
export const trustsIds = (items: readonly FeedItem[], carried = items.length): boolean => {
  const distinct = new Set(items.flatMap(({ id }) => (isBlank(id) ? [] : [id]))).size
  return items.length - distinct <= carried * TRUSTED_SHARE
}

const isBlank = (id: string | null): boolean => id === null || id.trim() === ''

/**
 * Computes keys and fingerprints of a document's items, in order. Of items with the same key only the first is
 * returned, since feeds list the newest first. The key is made from the id if ids can be trusted, else from the link,
 * else from title and date. An id that a document gives to several items with different links is ignored.
 * @param useIds false for a source whose ids once proved unreliable: it is then always identified by links
 * @param keeps URL parameters that are known to identify articles on their site
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

/** Finds the URL of an item's page. If the link is a redirector and the feed names the target, that is the target. */
export const findPage = ({ link, original }: Pick<FeedItem, 'link' | 'original'>): string | null =>
  link === null ? null : (original ?? link)

/** Hashes a link without tracking parameters, scheme and mobile host, so that all links to one article agree. */
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

/**
 * Number of letters of a headline that an id must contain to count as made from it; slugs are cut, so more would miss
 * some. Headlines shorter than `MIN_TELLING` may occur in an id by chance.
 */
const TELLING = 24
const MIN_TELLING = 8

/** Whether an id was made from the headline, either verbatim or as a slug. */
const holdsHeadline = (id: string | null, title: string | null): boolean => {
  const telling = letters(title ?? '').slice(0, TELLING)
  return telling.length >= MIN_TELLING && letters(decoded(id ?? '')).includes(telling)
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
