/**
 * Gives each item of a feed a key, which stays the same when its text is edited, and a fingerprint, which changes then.
 * Detection of new items compares both with what is remembered of the source (docs/decisions/0004).
 */

import { createHash } from 'node:crypto'
import { canonicalUrl, FRAGMENT, identityKey, type Keeps, stripSubdomain } from '../domain/canonical-url.ts'
import type { FeedItem } from '../domain/feed-item.ts'
import { MAX_NAMED } from './fields/people.ts'

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
  /** Number of older items of the document at the same address, or with the same id, in whose place it stands; absent if none. */
  readonly sameAddress?: number
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

/** Keeps the fragments of an address at which a document has items with different titles. */
const keepFragments = (items: readonly FeedItem[]): Keeps => {
  const pages = items.map(findPage)
  if (!pages.some(page => page?.includes('#'))) return () => false
  const always: Keeps = (_, name) => name === FRAGMENT
  const titles = new Map<string, { readonly title: string; readonly hash: string }>()
  const sites = new Set<string>()
  for (const [index, { title }] of items.entries()) {
    const url = canonicalUrl(pages[index] ?? '', always)
    if (url === null || title === null) continue
    const { hash, host } = new URL(url)
    const address = identityKey(url.slice(0, url.length - hash.length))
    const other = titles.get(address) ?? { title, hash }
    if (other.hash !== hash && other.title !== title) sites.add(stripSubdomain(host))
    titles.set(address, other)
  }
  return (site, name) => name === FRAGMENT && sites.has(site)
}

/**
 * Computes keys and fingerprints of a document's items, in order. Items that share any key, such as two versions of one
 * article under two ids, are one: only the newest of them is returned. The key is made from the id if ids can be
 * trusted, else from the link, else from title and date. An id that a document gives to several items with different
 * links is ignored.
 * @param useIds false for a source whose ids once proved unreliable: it is then always identified by links
 * @param keeps URL parameters that are known to identify articles on their site; default: fragments by which items of
 *   the document differ
 * @param describe what readers see of an item besides its fields, such as a hash of its full text; '' for nothing
 */
export const identify = (
  items: readonly FeedItem[],
  useIds = trustsIds(items),
  keeps: Keeps = keepFragments(items),
  describe: (item: FeedItem) => string = () => '',
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
  const groups: Group[] = []
  const byKey = new Map<string, Group>()
  for (const [index, item] of items.entries()) {
    const link = links[index] ?? null
    const id =
      useIds && item.id !== null && !isBlank(item.id) && !shared.has(item.id) ? digest(['id', item.id], 16) : null
    const headlined = id !== null && link !== null && holdsHeadline(item.id, item.title)
    const keys = (headlined ? [link, id] : [id, link]).filter(key => key !== null)
    const [key = digest(['title', item.title, item.published], 16), ...also] = keys
    const known = [key, ...also].map(each => byKey.get(each)).find(group => group !== undefined)
    const group: Group = known ?? { item, key, also, headlined, place: index, others: 0 }
    for (const each of [key, ...also]) byKey.set(each, group)
    if (known === undefined) groups.push(group)
    else {
      known.others += 1
      if (isNewer(item, known.item)) Object.assign(known, { item, key, also, headlined, place: index })
    }
  }
  return groups
    .toSorted((a, b) => a.place - b.place)
    .map(({ item, key, also, headlined, others }) => ({
      ...{ item, key, also, headlined, fingerprint: buildFingerprint(item, keeps, describe(item)) },
      ...(others > 0 ? { sameAddress: others } : {}),
    }))
}

/** The items of a document that are one article: the newest of them. */
interface Group extends Pick<Identified, 'item' | 'key' | 'also' | 'headlined'> {
  readonly place: number
  others: number
}

/** Latest date of an item, ms since the epoch; NaN if it has none. */
const latestDate = ({ published, updated }: FeedItem): number =>
  Math.max(...[published, updated].flatMap(date => (date === null ? [] : Date.parse(date))), Number.NEGATIVE_INFINITY)

/** What comes before a number at the end of an id, and the number: the version of an article. */
const readVersion = (id: string | null): readonly [stem: string, version: number] | null => {
  const [, version] = /(?<!\d)(\d{1,15})$/.exec(id ?? '') ?? []
  return id === null || version === undefined ? null : [id.slice(0, -version.length), Number(version)]
}

/** Whether an item is newer than one before it in the document: by date, then by the number at the end of its id. */
const isNewer = (item: FeedItem, other: FeedItem): boolean => {
  const [at, before] = [latestDate(item), latestDate(other)]
  if (Number.isFinite(at) && Number.isFinite(before) && at !== before) return at > before
  const [version, otherVersion] = [readVersion(item.id), readVersion(other.id)]
  return version !== null && otherVersion !== null && version[0] === otherVersion[0] && version[1] > otherVersion[1]
}

/** Finds the URL of an item's page. If the link is a redirector and the feed names the target, that is the target. */
export const findPage = ({ link, original }: Pick<FeedItem, 'link' | 'original'>): string | null =>
  link === null ? null : (original ?? link)

/** Hashes a link without tracking parameters, scheme and mobile host, so that all links to one article agree. */
const linkKey = (link: string | null, keeps: Keeps): string | null => {
  if (link === null) return null
  const url = canonicalUrl(link, keeps)
  return digest(['link', url === null ? link : identityKey(url)], 16)
}

const buildFingerprint = (item: FeedItem, keeps: Keeps, description: string): string => {
  const { title, summary, image, categories, commentsCount } = item
  // What an item inherits of its feed is no edit of it.
  const author = item.authorFrom === undefined ? item.author : null
  // `author` names the first five.
  const others = item.authorFrom === undefined ? (item.authors ?? []).slice(MAX_NAMED).map(({ name }) => name) : []
  const page = findPage(item)
  const shown = page === null ? null : (canonicalUrl(page, keeps) ?? page)
  // Without more, it is what older versions stored.
  const more = [...(description === '' ? [] : [description]), ...(commentsCount ? [String(commentsCount)] : [])]
  return (
    digest([title], TITLE_PART) + digest([shown, summary, author, image, ...categories, ...others, ...more], REST_PART)
  )
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
