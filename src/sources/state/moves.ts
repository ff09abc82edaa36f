/**
 * Decides when a permanent redirect of a source is believed. Maintenance pages, expired domains and captive portals
 * also answer 301. So the address of a source changes only if the redirect was seen on several days and the new place
 * carries the items of the source. (pure)
 */

import { createHash } from 'node:crypto'
import { registrableDomain } from '../../domain/registrable-domain.ts'

/** A place that a source was redirected to, as stored in its hash. */
export interface Move {
  readonly to: string
  /** Days since the epoch on which it was seen, oldest first, at most as many as are needed. */
  readonly days: readonly number[]
  /** Whether the first answer from there carried items known from the old place. */
  readonly isShared: boolean
}

/** Number of different days on which the redirect must have been seen. */
export const DAYS_NEEDED = 3
/** Minimum share of the items at the new place that must be known from the old one. */
const SHARE = 0.3

/** Whether enough items of a document are known from the source. */
export const carriesOwn = ({ all, known }: { readonly all: number; readonly known: number }): boolean =>
  all > 0 && known / all >= SHARE

/** One response from the new place. */
export interface Sighting {
  readonly to: string
  readonly day: number
  /**
   * Number of items there, and of those known before; null if the response was unchanged from that of the old place.
   */
  readonly items: { readonly all: number; readonly known: number } | null
  /** Whether anything was ever read from the old place. */
  readonly hasPast: boolean
}

/** Whether two URLs have the same registrable domain, such as http and https, or with and without www. */
const isSameSite = (from: string, to: string): boolean =>
  URL.canParse(from) && URL.canParse(to) && registrableDomain(from) === registrableDomain(to)

/**
 * @param from where the source is fetched now
 * @returns the move including this sighting, and whether it is believed now
 */
export const sighted = (
  from: string,
  before: Move | null,
  { to, day, items, hasPast }: Sighting,
): { move: Move; isBelieved: boolean } => {
  // Only the first response can be compared with the old place: afterwards, items of the new place are known as well.
  const isFirst = before?.to !== to
  const shares = items === null || carriesOwn(items)
  const isShared = isFirst ? (hasPast ? shares : isSameSite(from, to)) : before.isShared
  // Days in the future were written while the clock was ahead; they do not count.
  const seen = isFirst ? [] : before.days.filter(each => each <= day)
  const days = seen.includes(day) ? seen : [...seen, day].slice(-DAYS_NEEDED)
  const move = { to, days, isShared }
  return { move, isBelieved: isShared && days.length >= DAYS_NEEDED }
}

/** Number of failures in a row after which an adopted address is dropped and the operator's is tried again. */
const MOST_FAILURES = 3

export interface Adopted {
  readonly url: string
  /** Digest of the URL in the catalogue when it was adopted. If the operator changes that URL, the new one counts. */
  readonly from: string
}

/** Hashes a URL for storage in Redis, since the URL itself may contain a password. */
export const digestUrl = (url: string): string => createHash('sha256').update(url).digest('base64url').slice(0, 22)

/** Returns the URL from which a source is fetched: that of the operator, or the one it moved to. */
export const resolveAddress = (url: string, adopted: Adopted | null, failures: number): string => {
  if (adopted === null || adopted.from !== digestUrl(url) || failures >= MOST_FAILURES) return url
  // Credentials come from the operator's URL, are sent to its own origin only, and are never stored in Redis.
  const [own, moved] = [new URL(url), new URL(adopted.url)]
  if (own.origin === moved.origin) [moved.username, moved.password] = [own.username, own.password]
  return moved.href
}
