/**
 * Prepares a batch of the stream for count.lua: judges each event, hashes visitors, groups events by article, kind and
 * minute, and packs the result. It reads nothing from Redis: counting.ts passes the keys of the days and resolves the
 * articles.
 */

import { hash } from 'node:crypto'
import type { EventSettings } from '../config/sections/events.ts'
import type { ArticleId } from '../domain/article.ts'
import { EVENT_KINDS } from '../domain/counts.ts'
import { EVENT_KIND_TABLE } from '../domain/event-kinds.ts'
import { HOUR, MINUTE } from '../domain/window.ts'
import { createLruCache } from '../util/lru.ts'
import { createPacker } from '../util/message-pack.ts'
import { isPlausible } from '../util/plausible-time.ts'
import { type Asks, eventText, parseEvent, type ReadEvent, type Refusal } from './event.ts'
import { type DayKey, getDayNumber, keyedHash } from './visitor.ts'

export type StreamEntry = readonly [id: string, fields: readonly string[]]

/** An event that may count. */
export interface Judged {
  readonly entry: string
  /** When it was added to the stream, ms since the epoch. */
  readonly addedAt: number
  readonly event: ReadEvent
}

export interface RefusedEntry {
  readonly entry: string
  readonly reason: Refusal
  readonly detail: string
}

export const parseAddedAt = (entry: string): number => Number.parseInt(entry, 10)

/**
 * Judges each entry by its own fields only. The id of an entry says when it was added. If the clock of Redis was ahead,
 * ids stay in the future until the clock has caught up; such an entry counts as added now.
 * @param latest maximum lateness of an event, ms
 * @param now ms since the epoch; by default all ids are believed
 */
export const judge = (
  entries: readonly StreamEntry[],
  latest: number,
  asks?: Asks,
  now = Number.POSITIVE_INFINITY,
): { readonly read: Judged[]; readonly refused: RefusedEntry[] } => {
  const read: Judged[] = []
  const refused: RefusedEntry[] = []
  for (const [entry, flat] of entries) {
    const written = parseAddedAt(entry)
    const addedAt = isPlausible(written, now) ? written : now
    const event = parseEvent(eventText(flat), addedAt, latest, asks)
    if ('refused' in event) refused.push({ entry, reason: event.refused, detail: event.detail })
    else read.push({ entry, addedAt, event })
  }
  return { read, refused }
}

const slotOf = (at: number, span: number): number => Math.floor(at / span)

/** The day whose key hashes visitors in a slot: that on which the slot starts, so that a slot has one key. */
const dayOfSlot = (slot: number, span: number): number => getDayNumber(slot * span)

/** Lists the days whose keys are needed to pack these events. */
export const collectDays = (read: readonly Judged[], span: number): Set<number> => {
  const days = new Set<number>()
  let last = Number.NaN
  for (const { event, addedAt } of read) {
    const slot = slotOf(event.at, span)
    if (event.network !== '') days.add(getDayNumber(addedAt))
    // Most events of a batch are of one slot.
    if (slot !== last) for (const near of [slot - 1, slot, slot + 1]) days.add(dayOfSlot(near, span))
    last = slot
    days.add(getDayNumber(event.at))
  }
  return days
}

type Halves = readonly [high: number, low: number]

const halvesOf = (hex: string): Halves => [Number.parseInt(hex.slice(0, 8), 16), Number.parseInt(hex.slice(8, 16), 16)]

const articleHalves = createLruCache<ArticleId, Halves>(20_000)

/** Splits an article id, which is a hash, into two numbers. An id that is not a hash is hashed first. */
const halvesOfArticle = (article: ArticleId): Halves => {
  const known = articleHalves.get(article)
  if (known) return known
  const hex = /^[0-9a-f]{16}$/.test(article) ? article : hash('sha256', article)
  const made = halvesOf(hex)
  articleHalves.set(article, made)
  return made
}

const hex8 = (number: number): string => (number >>> 0).toString(16).padStart(8, '0')

/** Combines article and visitor by XOR. Without the key the visitor's hash looks random, and so does the result. */
const pairOf = ([high, low]: Halves, visitor: string): string => {
  const [a, b] = halvesOf(visitor)
  return hex8(high ^ a) + hex8(low ^ b)
}

/**
 * A number for each kind that distinguishes pairs of article and visitor by kind. That of views is 0, so that their
 * hashes match those that earlier versions stored.
 */
const kindHalves = new Map<string, Halves>(
  EVENT_KINDS.map(kind => [kind, kind === 'view' ? [0, 0] : halvesOf(hash('sha256', kind))]),
)

const halvesOfPair = (article: ArticleId, kind: string): Halves => {
  const [high, low] = halvesOfArticle(article)
  const [a, b] = kindHalves.get(kind) ?? [0, 0]
  return [high ^ a, low ^ b]
}

/** Numbers distinct values from 1, in the order in which they first occur. */
const createPlaces = <Key, Value>() => {
  const found = new Map<Key, number>()
  const values: Value[] = []
  return {
    values,
    of(key: Key, value: () => Value): number {
      const known = found.get(key)
      if (known !== undefined) return known
      const place = values.push(value())
      found.set(key, place)
      return place
    },
  }
}

/**
 * Groups events by article and kind (groups), and each group by minute (cells). The script writes each of them once.
 */
const group = (read: readonly Judged[], span: number) => {
  const groups = createPlaces<string, readonly [kind: number, article: ArticleId]>()
  const cells = createPlaces<number, readonly [group: number, minute: number]>()
  const slots = createPlaces<number, number>()
  const cellOf: number[] = []
  const slotsOf: number[] = []
  for (const { event } of read) {
    const kind = EVENT_KINDS.indexOf(event.kind) + 1
    const of = groups.of(event.article + kind, () => [kind, event.article])
    const minute = Math.floor(event.at / MINUTE)
    // Minutes since the epoch stay below 2^32 for millennia, groups below the largest batch.
    cellOf.push(cells.of(of * 2 ** 32 + minute, () => [of, minute]))
    const slot = slotOf(event.at, span)
    slotsOf.push(slots.of(slot, () => slot))
  }
  return { groups: groups.values, cells: cells.values, slots: slots.values, cellOf, slotsOf }
}

/** For each event the hash of its visitor and, if its kind counts once per visitor, those of article and visitor. */
interface Hashes {
  readonly who: string[]
  /** With the key of its own slot. */
  readonly own: string[]
  /** With the key of the slot before, if that is another. */
  readonly before: string[]
  /** With the key of the slot after, if that is another. */
  readonly after: string[]
}

const hashAll = (read: readonly Judged[], span: number, keys: ReadonlyMap<number, DayKey>): Hashes => {
  const hashes: Hashes = { who: [], own: [], before: [], after: [] }
  const keyOf = (day: number): DayKey => {
    const key = keys.get(day)
    if (key === undefined) throw new RangeError(`no key of day ${day}`)
    return key
  }
  for (const [place, { event }] of read.entries()) {
    const { visitor, article, at, kind } = event
    const day = getDayNumber(at)
    const who = visitor === '' ? '' : keyedHash(keyOf(day), visitor)
    hashes.who.push(who)
    if (who === '' || !EVENT_KIND_TABLE[kind].perVisitor) {
      hashes.own.push('')
      continue
    }
    const halves = halvesOfPair(article, kind)
    const pairOn = (other: number) => pairOf(halves, other === day ? who : keyedHash(keyOf(other), visitor))
    const slot = slotOf(at, span)
    const [yesterday, today, tomorrow] = [slot - 1, slot, slot + 1].map(each => dayOfSlot(each, span)) as [
      number,
      number,
      number,
    ] // as many as were given
    hashes.own.push(pairOn(today))
    if (yesterday !== today) hashes.before[place] = pairOn(yesterday)
    if (tomorrow !== today) hashes.after[place] = pairOn(tomorrow)
  }
  return hashes
}

/**
 * Hashes network, article and kind with the key of the day on which the event arrived. A sender chooses when its event
 * happened, so limits on senders must use the arrival time.
 */
const crowdOf = ({ event, addedAt }: Judged, keys: ReadonlyMap<number, DayKey>): string => {
  const { network, kind, article } = event
  const key = keys.get(getDayNumber(addedAt))
  if (network === '' || key === undefined) return ''
  return pairOf(halvesOfArticle(article), keyedHash(key, `${kind}\n${network}`))
}

export interface PackedBatch {
  readonly bytes: Buffer
  /** When the latest of them was added to the stream, ms since the epoch. */
  readonly latest: number
}

/**
 * Packs the argument of count.lua: seventeen elements. The first thirteen are lists with one element per event, or
 * empty lists if no event has such a value.
 * @param read events of known articles, with their current ids
 * @param spans ms
 * @param keys of every day that collectDays returns
 */
export const packBatch = (
  read: readonly Judged[],
  { dedupWindow, networkSpan }: Pick<EventSettings, 'dedupWindow' | 'networkSpan'>,
  keys: ReadonlyMap<number, DayKey>,
): PackedBatch => {
  const packer = createPacker(64 + read.length * 96)
  const { groups, cells, slots, cellOf, slotsOf } = group(read, dedupWindow)
  const { who, own, before, after } = hashAll(read, dedupWindow, keys)
  const start = read.reduce((least, { event }) => Math.min(least, event.at), Number.POSITIVE_INFINITY)
  const withIds = read.some(({ event }) => event.id !== '') ? read : []
  const withSeconds = read.some(({ event }) => event.seconds > 0) ? read : []
  const withNetworks = read.some(({ event }) => event.network !== '') ? read : []

  const list = <Each>(values: readonly Each[], write: (value: Each) => void) => {
    packer.array(values.length)
    for (const value of values) write(value)
  }
  /** Writes a list that ends with the last event that has such a hash; events before without one get their own hash. */
  const listOver = (values: readonly (string | undefined)[]) => {
    packer.array(values.length)
    for (let index = 0; index < values.length; index += 1) packer.hash(values[index] ?? own[index] ?? '')
  }
  packer.array(17)
  list(read, ({ entry }) => packer.latin1(entry))
  list(cellOf, packer.number)
  list(read, ({ event }) => packer.number(event.at - start))
  list(slotsOf, packer.number)
  list(own, packer.hash)
  listOver(before)
  listOver(after)
  list(who, packer.hash)
  // The id of an event identifies no visitor and is kept for three hours only, so it is hashed without the key of a
  // day, which would change at midnight.
  list(withIds, ({ event }) => packer.hash(event.id === '' ? '' : hash('sha256', event.id).slice(0, 16)))
  list(withIds, ({ addedAt }) => packer.number(Math.floor(addedAt / HOUR)))
  list(withSeconds, ({ event }) => packer.number(event.seconds))
  list(withNetworks, each => packer.hash(crowdOf(each, keys)))
  list(withNetworks, ({ addedAt }) => packer.number(slotOf(addedAt, networkSpan)))
  list(slots, packer.number)
  packer.array(groups.length * 2)
  for (const [kind, article] of groups) {
    packer.number(kind)
    packer.utf8(article)
  }
  packer.array(cells.length * 2)
  for (const [of, minute] of cells) {
    packer.number(of)
    packer.number(minute)
  }
  packer.number(read.length === 0 ? 0 : start)
  return { bytes: packer.take(), latest: read.reduce((most, { addedAt }) => Math.max(most, addedAt), 0) }
}

/** Number of refusals of one batch that are stored with their details; the others are only counted. */
const MOST_DETAILS = 20

export const packRefused = (refused: readonly RefusedEntry[]): Buffer => {
  const packer = createPacker(64 + refused.length * 48)
  const toldFrom = refused.length - MOST_DETAILS
  packer.array(3)
  packer.array(refused.length)
  for (const { entry } of refused) packer.latin1(entry)
  packer.array(refused.length)
  for (const { reason } of refused) packer.latin1(reason)
  packer.array(refused.length)
  for (const [index, { detail }] of refused.entries()) packer.utf8(index >= toldFrom ? detail : '')
  return packer.take()
}
