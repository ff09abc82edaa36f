/**
 * A batch of the stream on its way to the script that counts it: judged, visitors hashed, grouped by article and kind
 * and by minute, and packed. The keys of the days and the articles known are given.
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
  /** ms: when it was added to the stream. */
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
 * Judges entries one by one, by what they say alone. Ids of a stream only rise: after a clock that was ahead they stand
 * still for as long as it was. One that lies in a time to come was added now.
 * @param now ms since the epoch; unless given every id is taken at its word
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

/** The day whose key hashes visitors in a slot: of its beginning, so that all who look into the slot hash alike. */
const dayOfSlot = (slot: number, span: number): number => getDayNumber(slot * span)

/** Days whose keys are needed to pack these events. */
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

/** An article's id is a hash itself; one that is none is hashed. */
const halvesOfArticle = (article: ArticleId): Halves => {
  const known = articleHalves.get(article)
  if (known) return known
  const hex = /^[0-9a-f]{16}$/.test(article) ? article : hash('sha256', article)
  const made = halvesOf(hex)
  articleHalves.set(article, made)
  return made
}

const hex8 = (number: number): string => (number >>> 0).toString(16).padStart(8, '0')

/** Article and visitor as one: the visitor's hash is random without the key, so their XOR is random as well. */
const pairOf = ([high, low]: Halves, visitor: string): string => {
  const [a, b] = halvesOf(visitor)
  return hex8(high ^ a) + hex8(low ^ b)
}

/**
 * What tells kinds that count once per visitor apart. Views are hashed without it, as those that stand in Redis are.
 */
const kindHalves = new Map<string, Halves>(
  EVENT_KINDS.map(kind => [kind, kind === 'view' ? [0, 0] : halvesOf(hash('sha256', kind))]),
)

const halvesOfPair = (article: ArticleId, kind: string): Halves => {
  const [high, low] = halvesOfArticle(article)
  const [a, b] = kindHalves.get(kind) ?? [0, 0]
  return [high ^ a, low ^ b]
}

/** Gives each value seen a place, from 1, in the order first seen. */
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

/** Events by article and kind (groups), and these by minute (cells): what is counted together is written once. */
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

/** Hashes of visitors, and of article and visitor where an event is a view; empty where it names no visitor. */
interface Hashes {
  readonly who: string[]
  /** As in the view's own slot. */
  readonly own: string[]
  /** As in the slot before, where that has another day's key. */
  readonly before: string[]
  /** As in the slot after, likewise. */
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
 * Network, article and kind as one, by the key of the day it arrived: when an event says it happened is its sender's to
 * say, so what limits a sender must use the arrival time.
 */
const crowdOf = ({ event, addedAt }: Judged, keys: ReadonlyMap<number, DayKey>): string => {
  const { network, kind, article } = event
  const key = keys.get(getDayNumber(addedAt))
  if (network === '' || key === undefined) return ''
  return pairOf(halvesOfArticle(article), keyedHash(key, `${kind}\n${network}`))
}

export interface PackedBatch {
  readonly bytes: Buffer
  /** ms: when the latest of them was added. */
  readonly latest: number
}

/**
 * Packs what count.lua takes: seventeen lists, of which the first thirteen have an element an event, or none where no
 * event has one.
 * @param read events whose articles are known, by their ids of now
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
  /** As long as the last that has one; those without have their own. */
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
  // An event's id names no visitor and is kept for three hours: no key, which would change at midnight.
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

/** Refusals of one batch kept with their detail; the rest are only counted. */
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
