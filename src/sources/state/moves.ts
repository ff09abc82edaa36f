/**
 * When a permanent redirect is believed. A maintenance page, a lapsed domain or a hotel's portal also answer 301: a source's address
 * changes only after sightings on different days, and only to where its own items are found. (pure)
 */

import { createHash } from 'node:crypto'
import { registrableDomain } from '../../domain/registrable-domain.ts'

/** A place a source was sent to, as kept in its hash. */
export interface Move {
  readonly to: string
  /** Days since the epoch on which it was seen, oldest first, at most as many as are needed. */
  readonly days: readonly number[]
  /** Whether the first answer from there carried items known from the old place. */
  readonly isShared: boolean
}

/** Sightings on so many different days make a move. */
export const DAYS_NEEDED = 3
/** Of the items at the new place, this share was known from the old, or it is another feed. */
const SHARE = 0.3

/** Whether a document carries the items of a source that was read before. */
export const carriesOwn = ({ all, known }: { readonly all: number; readonly known: number }): boolean =>
  all > 0 && known / all >= SHARE

/** What an answer from the new place told. */
export interface Sighting {
  readonly to: string
  readonly day: number
  /** Items there, and how many of them were known before; null where the answer was the very body, or the very state, known from the old place. */
  readonly items: { readonly all: number; readonly known: number } | null
  /** Whether anything was ever read from the old place. */
  readonly hasPast: boolean
}

/** The same site by another spelling: http to https, with or without www. */
const isSameSite = (from: string, to: string): boolean =>
  URL.canParse(from) && URL.canParse(to) && registrableDomain(from) === registrableDomain(to)

/**
 * @param from where the source is fetched now
 * @returns what is known of the move with this sighting, and whether it is to be believed now
 */
export const sighted = (
  from: string,
  before: Move | null,
  { to, day, items, hasPast }: Sighting,
): { move: Move; isBelieved: boolean } => {
  // Only the first answer can be compared with the old place: from then on items of the new place are known as well.
  const isFirst = before?.to !== to
  const shares = items === null || carriesOwn(items)
  const isShared = isFirst ? (hasPast ? shares : isSameSite(from, to)) : before.isShared
  // A day that has not been says that the clock was ahead, and nothing of the move.
  const seen = isFirst ? [] : before.days.filter(each => each <= day)
  const days = seen.includes(day) ? seen : [...seen, day].slice(-DAYS_NEEDED)
  const move = { to, days, isShared }
  return { move, isBelieved: isShared && days.length >= DAYS_NEEDED }
}

/** An address adopted from a redirect is let go of after so many failures in a row: the operator's is tried again. */
const MOST_FAILURES = 3

export interface Adopted {
  readonly url: string
  /** Digest of what the catalogue said when it was adopted: once the operator writes another address, that one counts. */
  readonly from: string
}

/** What an address is known by in Redis: it may hold a password, so not by itself. */
export const digestUrl = (url: string): string => createHash('sha256').update(url).digest('base64url').slice(0, 22)

/** Where a source is fetched: the operator's address, or the one it moved to. */
export const resolveAddress = (url: string, adopted: Adopted | null, failures: number): string => {
  if (adopted === null || adopted.from !== digestUrl(url) || failures >= MOST_FAILURES) return url
  // A password is the operator's: it goes along within its own origin, and is never kept in Redis.
  const [own, moved] = [new URL(url), new URL(adopted.url)]
  if (own.origin === moved.origin) [moved.username, moved.password] = [own.username, own.password]
  return moved.href
}
