/**
 * When a permanent redirect is believed. A maintenance page, a lapsed domain or a hotel's captive portal also answers
 * 301, so the address of a source changes only after the redirect was seen on several days, and only to where its own
 * items are found.
 */

import { createHash } from 'node:crypto'
import { registrableDomain } from '../../domain/registrable-domain.ts'

/** Target of a permanent redirect, as kept in the hash of the source. */
export interface Move {
  readonly to: string
  /** Days since the epoch on which it was seen, oldest first, at most as many as are needed. */
  readonly days: readonly number[]
  /** Whether the first answer from there carried items known from the old address. */
  readonly isShared: boolean
}

/** Number of different days on which a redirect must be seen before it is believed. */
export const DAYS_NEEDED = 3
/** Minimum share of the items at the new address that are known from the old one; below it, it is another feed. */
const SHARE = 0.3

/** Whether enough items of a document are known from the source. */
export const carriesOwn = ({ all, known }: { readonly all: number; readonly known: number }): boolean =>
  all > 0 && known / all >= SHARE

/** What an answer from the new address showed. */
export interface Sighting {
  readonly to: string
  readonly day: number
  /**
   * Number of items there, and how many of them were known before; null where the answer was the same body as at the
   * old address, or a 304 to its validators.
   */
  readonly items: { readonly all: number; readonly known: number } | null
  /** Whether anything was ever read from the old address. */
  readonly hasPast: boolean
}

/** Whether two URLs are of the same site: http and https, with and without www. */
const isSameSite = (from: string, to: string): boolean =>
  URL.canParse(from) && URL.canParse(to) && registrableDomain(from) === registrableDomain(to)

/**
 * @param from where the source is fetched now
 * @returns the move with this sighting added, and whether it is to be believed now
 */
export const sighted = (
  from: string,
  before: Move | null,
  { to, day, items, hasPast }: Sighting,
): { move: Move; isBelieved: boolean } => {
  // Only the first answer can be compared with the old address: after it, items of the new address are known as well.
  const isFirst = before?.to !== to
  const shares = items === null || carriesOwn(items)
  const isShared = isFirst ? (hasPast ? shares : isSameSite(from, to)) : before.isShared
  // A day in the future means that the clock was ahead, and says nothing about the move.
  const seen = isFirst ? [] : before.days.filter(each => each <= day)
  const days = seen.includes(day) ? seen : [...seen, day].slice(-DAYS_NEEDED)
  const move = { to, days, isShared }
  return { move, isBelieved: isShared && days.length >= DAYS_NEEDED }
}

/** After this many failures in a row an adopted address is not used, and the operator's is tried again. */
const MAX_FAILURES = 3

export interface Adopted {
  readonly url: string
  /**
   * Digest of the catalogue's address at the time of adoption: once the operator configures another, that one counts.
   */
  readonly from: string
}

/** Identifies an address in Redis without storing it, since it may contain a password. */
export const digestUrl = (url: string): string => createHash('sha256').update(url).digest('base64url').slice(0, 22)

/** Returns the URL from which a source is fetched: that of the operator, or the one it moved to. */
export const resolveAddress = (url: string, adopted: Adopted | null, failures: number): string => {
  if (adopted === null || adopted.from !== digestUrl(url) || failures >= MAX_FAILURES) return url
  // A password belongs to the operator's address: it is used within the same origin only, and is never kept in Redis.
  const [own, moved] = [new URL(url), new URL(adopted.url)]
  if (own.origin === moved.origin) [moved.username, moved.password] = [own.username, own.password]
  return moved.href
}
