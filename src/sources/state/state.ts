/** What is known of a source, as kept in its hash: flat, small, and readable with HGETALL. (pure) */

import type { FeedHints } from '../../domain/feed-item.ts'
import type { Validators } from '../../http-client/fetch.ts'
import type { PublishingModel } from '../schedule/publishing-model.ts'
import { parsePublishingModel } from '../schedule/publishing-model-text.ts'
import type { Adopted, Move } from './moves.ts'
import { type Places, parsePlaces } from './places.ts'

export interface SourceState {
  /** `retired`: its publisher said that it is gone for good; a re-crawl revives it. */
  readonly status: 'new' | 'fresh' | 'failing' | 'retired'
  readonly validators: Validators | null
  /** ms for which its server called its answer fresh last; null where it says nothing. */
  readonly freshFor: number | null
  /** Of the crawl whose batches are still being taken in; committed with the last of them. */
  readonly lastFetchAt: number | null
  readonly lastSuccessAt: number | null
  readonly nextAt: number | null
  readonly nextReason: string
  /** In a row. */
  readonly failures: number
  readonly lastError: { readonly reason: string; readonly detail: string; readonly at: number } | null
  readonly publishingModel: PublishingModel
  /** When it was noticed to have stopped publishing, ms; null where it publishes as usual. */
  readonly stalledSince: number | null
  /** What its feed said last on when to fetch it. */
  readonly hints: ScheduleHints
  /** Whether its ids proved untrustworthy: then items are told apart by link for good. */
  readonly hasUnstableIds: boolean
  /** How its latest dates were, as judgeDates has it. */
  readonly dates: string
  /** Where a permanent redirect leads, seen but not adopted. */
  readonly movedTo: string | null
  readonly move: Move | null
  /** An address taken over from a permanent redirect in place of the catalogue's. */
  readonly adopted: Adopted | null
  /** Where else its feed comes from, and what is held from where it may not. */
  readonly places: Places
  /** Its validators were found to lie: when, and how. */
  readonly unreliableValidators: { readonly at: number; readonly how: string } | null
  readonly retiredAt: number | null
  readonly fetches: number
  readonly newItems: number
  /** New items by day, as countDaily packs them. */
  readonly daily: string
  readonly title: string | null
  /** ms until which push brings what it publishes; 0 where it does not. */
  readonly pushUntil: number
  /** Hub and topic its feed offered last, as JSON; empty where it offers none. */
  readonly pushOffer: string
  /** Token of the body of data in which its items are remembered; empty for that of versions without one. */
  readonly origin: string
  /** Hubs its feed names that are not used, such as `rssCloud`; empty where it names none. */
  readonly otherHubs: string
}

const number = (text: string | undefined): number | null => (text === undefined || text === '' ? null : Number(text))

/** As `writeMove` wrote it: shared or not, the days, the place. */
const parseMove = (text: string | undefined): Move | null => {
  const [isShared, days = '', to] = text?.split(' ') ?? []
  return to ? { to, days: days.split(',').map(Number), isShared: isShared === '1' } : null
}
export const writeMove = ({ isShared, days, to }: Move): string => `${Number(isShared)} ${days.join(',')} ${to}`

export const parseState = (hash: Readonly<Record<string, string>>): SourceState => {
  const failures = Number(hash.failures ?? 0)
  const { etag, lastModified, bodyHash } = hash
  return {
    status: hash.retiredAt ? 'retired' : failures > 0 ? 'failing' : hash.lastSuccessAt ? 'fresh' : 'new',
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
    origin: hash.origin ?? '',
    fetches: Number(hash.fetches ?? 0),
    newItems: Number(hash.newItems ?? 0),
    daily: hash.daily ?? '',
    title: hash.title || null,
    pushUntil: Number(hash.pushUntil ?? 0),
    pushOffer: hash.pushOffer ?? '',
    otherHubs: hash.otherHubs ?? '',
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

/**
 * Times for the hash: seconds to base 36, the newest first, then each as its distance from the one before. A quarter of the bytes that ms
 * take, 50 a source.
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

/** Interval in ms, hours, days: `3600000;0,1,2;6`. Empty where the feed says nothing. */
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
