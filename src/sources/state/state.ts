/** The state of a source as kept in its hash: flat, small, and readable with HGETALL. */

import type { FeedHints } from '../../domain/feed-item.ts'
import type { Validators } from '../../http-client/fetch.ts'
import type { PublishingModel } from '../schedule/publishing-model.ts'
import { parsePublishingModel } from '../schedule/publishing-model-text.ts'
import type { Adopted, Move } from './moves.ts'
import { type Places, parsePlaces } from './places.ts'

export interface SourceState {
  /**
   * `retired`: its publisher answered that it is gone for good; a re-crawl revives it. `refused`: it is fetched, but its
   * items become no articles.
   */
  readonly status: 'new' | 'fresh' | 'refused' | 'failing' | 'retired'
  readonly validators: Validators | null
  /** How long its server last declared its answer fresh, ms; null if it declares nothing. */
  readonly freshFor: number | null
  /** Latest fetch, whatever its outcome, ms since the epoch. */
  readonly lastFetchAt: number | null
  readonly lastSuccessAt: number | null
  readonly nextAt: number | null
  readonly nextReason: string
  /** Failures in a row. */
  readonly failures: number
  readonly lastError: { readonly reason: string; readonly detail: string; readonly at: number } | null
  /** Its items that were refused since the last that was accepted, if those are all or many; null otherwise. */
  readonly refusals: Refusals | null
  readonly publishingModel: PublishingModel
  /** When it was found to have stopped publishing, ms since the epoch; null while it publishes as usual. */
  readonly stalledSince: number | null
  /** What its feed last said about when to fetch it. */
  readonly hints: ScheduleHints
  /** Whether its ids proved unstable: its items are then identified by link for good. */
  readonly hasUnstableIds: boolean
  /** Quality of its latest dates, in the format of `judgeDates`. */
  readonly dates: string
  /** Target of a permanent redirect that was seen but not adopted. */
  readonly movedTo: string | null
  readonly move: Move | null
  /** Address adopted from a permanent redirect, used in place of the catalogue's. */
  readonly adopted: Adopted | null
  /** Other domains that its feed may come from, and the items held from an untrusted one. */
  readonly places: Places
  /** When its validators were found unreliable, and how. */
  readonly unreliableValidators: { readonly at: number; readonly how: string } | null
  readonly retiredAt: number | null
  readonly fetches: number
  readonly newItems: number
  /** New items by day, as countDaily packs them. */
  readonly daily: string
  readonly title: string | null
  /** ms since the epoch until which push delivers what it publishes; 0 if it does not. */
  readonly pushUntil: number
  /** Hub and topic that its feed last offered, as JSON; empty if it offers none. */
  readonly pushOffer: string
  /** Token of the data set in Redis in which its items are remembered; empty if a version without tokens wrote it. */
  readonly dataSet: string
  /** Pages of its articles: tries that were read and that failed, and the last of these; null if none was fetched. */
  readonly pages: PageTries | null
  /** Hubs that its feed names and that are not used, such as `rssCloud`; empty if it names none. */
  readonly otherHubs: string
}

export interface PageTries {
  readonly read: number
  readonly failed: number
  /** `at`: ms since the epoch. */
  readonly lastFailure: { readonly reason: string; readonly detail: string; readonly at: number } | null
}

/** Reads what page-counts.ts wrote. */
const parsePages = ({ pagesRead, pagesFailed, pageFailure }: Readonly<Record<string, string>>): PageTries | null =>
  pagesRead === undefined && pagesFailed === undefined
    ? null
    : {
        ...{ read: Number(pagesRead ?? 0), failed: Number(pagesFailed ?? 0) },
        lastFailure: pageFailure ? JSON.parse(pageFailure) : null,
      }

export interface Refusals {
  readonly count: number
  /** The most frequent reason of the latest batch. */
  readonly reason: string
}

/** A source none of whose latest items was accepted is not fresh from this many on: one bad item is no bad feed. */
const MIN_REFUSED = 3

/**
 * @param newItems all items that it ever had
 * @returns null unless all of its items were refused, or many in a row; items of any feed may be too old
 */
const parseRefusals = (text: string | undefined, newItems: number): Refusals | null => {
  const [, written, reason = ''] = /^(\d+) (.*)$/.exec(text ?? '') ?? []
  const count = Number(written ?? 0)
  const isMany = count >= MIN_REFUSED && reason !== 'too-old'
  return count > 0 && (isMany || count >= newItems) ? { count, reason } : null
}

const number = (text: string | undefined): number | null => (text === undefined || text === '' ? null : Number(text))

/** Parses what `writeMove` wrote: whether items are shared, the days, the target. */
const parseMove = (text: string | undefined): Move | null => {
  const [isShared, days = '', to] = text?.split(' ') ?? []
  return to ? { to, days: days.split(',').map(Number), isShared: isShared === '1' } : null
}
export const writeMove = ({ isShared, days, to }: Move): string => `${Number(isShared)} ${days.join(',')} ${to}`

export const parseState = (hash: Readonly<Record<string, string>>): SourceState => {
  const failures = Number(hash.failures ?? 0)
  const refusals = parseRefusals(hash.refusals, Number(hash.newItems ?? 0))
  const { etag, lastModified, bodyHash } = hash
  return {
    status: hash.retiredAt
      ? 'retired'
      : failures > 0
        ? 'failing'
        : refusals
          ? 'refused'
          : hash.lastSuccessAt
            ? 'fresh'
            : 'new',
    refusals,
    validators:
      etag || lastModified || bodyHash
        ? { etag: etag || null, lastModified: lastModified || null, bodyHash: bodyHash || null }
        : null,
    freshFor: number(hash.freshFor),
    lastFetchAt: number(hash.lastFetchAt),
    lastSuccessAt: number(hash.lastSuccessAt),
    nextAt: hash.retiredAt ? null : number(hash.nextAt),
    nextReason: hash.nextReason ?? 'new: first fetch',
    failures,
    lastError:
      hash.errorReason && failures > 0
        ? { reason: hash.errorReason, detail: hash.errorDetail ?? '', at: Number(hash.errorAt ?? 0) }
        : null,
    publishingModel: parsePublishingModel(hash.model, hash.recent, readTimes(hash.times)),
    stalledSince: number(hash.stalledSince),
    hints: readHints(hash.hints),
    hasUnstableIds: hash.unstableIds === '1',
    dates: hash.dates ?? '',
    movedTo: hash.movedTo || null,
    move: parseMove(hash.move),
    adopted: hash.adopted ? { url: hash.adopted, from: hash.adoptedFrom ?? '' } : null,
    places: parsePlaces(hash.places),
    unreliableValidators: hash.unreliableAt ? { at: Number(hash.unreliableAt), how: hash.unreliableHow ?? '' } : null,
    retiredAt: number(hash.retiredAt),
    dataSet: hash.origin ?? '',
    fetches: Number(hash.fetches ?? 0),
    newItems: Number(hash.newItems ?? 0),
    daily: hash.daily ?? '',
    title: hash.title || null,
    pushUntil: Number(hash.pushUntil ?? 0),
    pushOffer: hash.pushOffer ?? '',
    pages: parsePages(hash),
    otherHubs: hash.otherHubs ?? '',
  }
}

/**
 * Version of the item parser. Raise it whenever items are parsed differently: items that an older version parsed are
 * then parsed once more.
 */
const READER = '2'

/** @param hashes without spaces */
export const formatItemHashes = (hashes: readonly string[]): string => [READER, ...hashes].join(' ')

/** @returns an empty set if there are none, or if another version of the parser wrote them */
export const parseItemHashes = (written: string | null): ReadonlySet<string> => {
  const [reader, ...hashes] = (written ?? '').split(' ')
  return new Set(reader === READER ? hashes : [])
}

/**
 * Formats times for the hash: seconds in base 36, the newest first, then each as its distance from the one before. For
 * 50 times per source that takes a quarter of the bytes of ms.
 * @param times ms since the epoch, newest first
 */
export const writeTimes = (times: readonly number[]): string => {
  const seconds = times.map(at => Math.floor(at / 1_000))
  return seconds.map((at, index) => ((seconds[index - 1] ?? at * 2) - at).toString(36)).join(' ')
}
const readTimes = (text = ''): number[] => {
  let at = 0
  return text
    .split(' ')
    .filter(Boolean)
    .map((step, index) => {
      const seconds = Number.parseInt(step, 36)
      at = index === 0 ? seconds : at - seconds
      return at * 1_000
    })
}

export type ScheduleHints = Pick<FeedHints, 'interval' | 'skipHours' | 'skipDays'>

/** Interval in ms, hours, days: `3600000;0,1,2;6`. Empty if the feed says nothing. */
export const writeHints = ({ interval, skipHours = [], skipDays = [] }: ScheduleHints): string =>
  interval === undefined && skipHours.length + skipDays.length === 0
    ? ''
    : [interval ?? '', skipHours.join(','), skipDays.join(',')].join(';')

const readHints = (text = ''): ScheduleHints => {
  const [interval = '', hours = '', days = ''] = text.split(';')
  const numbers = (list: string) => (list === '' ? [] : list.split(',').map(Number))
  return {
    ...(interval === '' ? {} : { interval: Number(interval) }),
    skipHours: numbers(hours),
    skipDays: numbers(days),
  }
}
