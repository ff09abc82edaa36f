/** What is known of a source, as kept in its hash: flat, small, and readable with HGETALL. (pure) */

import type { Validators } from '../feed/fetch.ts'

export interface SourceState {
  readonly status: 'new' | 'fresh' | 'failing'
  readonly validators: Validators | null
  /** Of the crawl whose batches are still being taken in; committed with the last of them. */
  readonly lastFetchAt: number | null
  readonly lastSuccessAt: number | null
  readonly nextAt: number | null
  readonly nextReason: string
  /** In a row. */
  readonly failures: number
  readonly lastError: { readonly reason: string; readonly detail: string; readonly at: number } | null
  /** Latest publications known, ms, newest first. */
  readonly published: readonly number[]
  /** Whether its ids proved untrustworthy: then items are told apart by link for good. */
  readonly distrustsIds: boolean
  readonly movedTo: string | null
  readonly fetches: number
  readonly newItems: number
  readonly title: string | null
  /** ms until which push brings what it publishes; 0 where it does not. */
  readonly pushUntil: number
  /** Hub and topic its feed offered last, as JSON; empty where it offers none. */
  readonly pushOffer: string
}

const number = (text: string | undefined): number | null => (text === undefined || text === '' ? null : Number(text))

export const parseState = (hash: Readonly<Record<string, string>>): SourceState => {
  const failures = Number(hash.failures ?? 0)
  const { etag, lastModified, bodyHash } = hash
  return {
    status: failures > 0 ? 'failing' : hash.lastSuccessAt ? 'fresh' : 'new',
    validators:
      etag || lastModified || bodyHash
        ? { etag: etag || null, lastModified: lastModified || null, bodyHash: bodyHash || null }
        : null,
    lastFetchAt: number(hash.lastFetchAt),
    lastSuccessAt: number(hash.lastSuccessAt),
    nextAt: number(hash.nextAt),
    nextReason: hash.nextReason ?? 'new: first fetch',
    failures,
    lastError:
      hash.errorReason && failures > 0
        ? { reason: hash.errorReason, detail: hash.errorDetail ?? '', at: Number(hash.errorAt ?? 0) }
        : null,
    published: (hash.published ?? '').split(' ').filter(Boolean).map(Number),
    distrustsIds: hash.distrustsIds === '1',
    movedTo: hash.movedTo || null,
    fetches: Number(hash.fetches ?? 0),
    newItems: Number(hash.newItems ?? 0),
    title: hash.title || null,
    pushUntil: Number(hash.pushUntil ?? 0),
    pushOffer: hash.pushOffer ?? '',
  }
}

/** Another one whenever items come to be read differently: what was read by older rules is then read once more. */
const READER = '1'

/** @param hashes without blanks */
export const formatSpans = (hashes: readonly string[]): string => [READER, ...hashes].join(' ')

/** @returns empty where there are none, or they are of other rules */
export const parseSpans = (written: string | null): ReadonlySet<string> => {
  const [reader, ...hashes] = (written ?? '').split(' ')
  return new Set(reader === READER ? hashes : [])
}

const MOST_PUBLISHED = 50

/** @returns newest first, without repeats, bounded */
export const mergePublished = (known: readonly number[], found: readonly number[]): number[] =>
  [...new Set([...known, ...found])].sort((a, b) => b - a).slice(0, MOST_PUBLISHED)
