/**
 * Prepares a batch of the stream for count.lua: validates events, hashes visitors, groups events by article and kind
 * and by minute, and packs them. The caller supplies the day keys and the known articles.
 */

import { hash } from 'node:crypto'
import type { EventSettings } from '../config/sections/events.ts'
import type { ArticleId } from '../domain/article.ts'
import { EVENT_KINDS } from '../domain/counts.ts'
import { EVENT_KIND_TABLE } from '../domain/event-kinds.ts'
import { HOUR, MINUTE } from '../domain/window.ts'
import { timestampOfStreamId } from '../redis/stream-id.ts'
import { createLruCache } from '../util/lru.ts'
import { createPacker } from '../util/message-pack.ts'
import { isPlausible } from '../util/plausible-time.ts'
import { type Asks, eventText, parseEvent, type ReadEvent, type Refusal } from './event.ts'
import { type DayKey, getDayNumber, keyedHash } from './visitor.ts'

export type StreamEntry = readonly [id: string, fields: readonly string[]]

/** A valid event, which may count. */
export interface Judged {
  readonly entry: string
  /** When it was added to the stream, ms. */
  readonly addedAt: number
  readonly event: ReadEvent
}

export interface RefusedEntry {
  readonly entry: string
  readonly reason: Refusal
  readonly detail: string
}

/**
 * Validates entries one by one, by their fields alone. Stream ids never decrease: after the clock was ahead they stand
 * still until it catches up. An id in the future is therefore taken as added now.
 * @param now ms since the epoch; without it every id is trusted
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
    const written = timestampOfStreamId(entry)
    const addedAt = isPlausible(written, now) ? written : now
    const event = parseEvent(eventText(flat), addedAt, latest, asks)
    if ('refused' in event) refused.push({ entry, reason: event.refused, detail: event.detail })
    else read.push({ entry, addedAt, event })
  }
  return { read, refused }
}

const findSlot = (at: number, span: number): number => Math.floor(at / span)

/**
 * The day whose key hashes the visitors of a slot: the day on which the slot begins, so that all lookups in it hash
 * alike.
 */
const findSlotDay = (slot: number, span: number): number => getDayNumber(slot * span)

/** Lists the days whose keys are needed to pack these events. */
export const collectDays = (read: readonly Judged[], span: number): Set<number> => {
  const days = new Set<number>()
  let last = Number.NaN
  for (const { event, addedAt } of read) {
    const slot = findSlot(event.at, span)
    if (event.network !== '') days.add(getDayNumber(addedAt))
    // Most events of a batch fall into one slot.
    if (slot !== last) for (const near of [slot - 1, slot, slot + 1]) days.add(findSlotDay(near, span))
    last = slot
    days.add(getDayNumber(event.at))
  }
  return days
}

type Halves = readonly [high: number, low: number]

const parseHalves = (hex: string): Halves => [
  Number.parseInt(hex.slice(0, 8), 16),
  Number.parseInt(hex.slice(8, 16), 16),
]

const articleHalves = createLruCache<ArticleId, Halves>(20_000)

/** An article's id is a hash already; any other id is hashed. */
const hashArticle = (article: ArticleId): Halves => {
  const known = articleHalves.get(article)
  if (known) return known
  const hex = /^[0-9a-f]{16}$/.test(article) ? article : hash('sha256', article)
  const made = parseHalves(hex)
  articleHalves.set(article, made)
  return made
}

const hex8 = (number: number): string => (number >>> 0).toString(16).padStart(8, '0')

/** Combines article and visitor: the visitor's hash is random without the key, so their XOR is random as well. */
const combineHashes = ([high, low]: Halves, visitor: string): string => {
  const [a, b] = parseHalves(visitor)
  return hex8(high ^ a) + hex8(low ^ b)
}

/** Distinguishes kinds that count once per visitor. Views are hashed without it, like those already in Redis. */
const kindHalves = new Map<string, Halves>(
  EVENT_KINDS.map(kind => [kind, kind === 'view' ? [0, 0] : parseHalves(hash('sha256', kind))]),
)

const hashArticleAndKind = (article: ArticleId, kind: string): Halves => {
  const [high, low] = hashArticle(article)
  const [a, b] = kindHalves.get(kind) ?? [0, 0]
  return [high ^ a, low ^ b]
}

/** Assigns each distinct key an index, from 1, in the order first seen. */
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

/** Groups events by article and kind, and each group into cells by minute: what is counted together is written once. */
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
    // Minutes since the epoch stay below 2^32 for millennia, group numbers below the largest batch size.
    cellOf.push(cells.of(of * 2 ** 32 + minute, () => [of, minute]))
    const slot = findSlot(event.at, span)
    slotsOf.push(slots.of(slot, () => slot))
  }
  return { groups: groups.values, cells: cells.values, slots: slots.values, cellOf, slotsOf }
}

/**
 * Hashes of visitors, and of article and visitor for kinds that count once per visitor; empty if no visitor is given.
 */
interface Hashes {
  readonly who: string[]
  /** With the key of the event's own slot. */
  readonly own: string[]
  /** With the key of the slot before, if that is another day's. */
  readonly before: string[]
  /** With the key of the slot after, if that is another day's. */
  readonly after: string[]
}

const hashAll = (read: readonly Judged[], span: number, keys: ReadonlyMap<number, DayKey>): Hashes => {
  const hashes: Hashes = { who: [], own: [], before: [], after: [] }
  const findKey = (day: number): DayKey => {
    const key = keys.get(day)
    if (key === undefined) throw new RangeError(`no key of day ${day}`)
    return key
  }
  for (const [place, { event }] of read.entries()) {
    const { visitor, article, at, kind, does } = event
    const day = getDayNumber(at)
    const who = visitor === '' ? '' : keyedHash(findKey(day), visitor)
    hashes.who.push(who)
    if (who === '' || does !== 'add' || !EVENT_KIND_TABLE[kind].perVisitor) {
      hashes.own.push('')
      continue
    }
    const halves = hashArticleAndKind(article, kind)
    const pairOn = (other: number) => combineHashes(halves, other === day ? who : keyedHash(findKey(other), visitor))
    const slot = findSlot(at, span)
    const [yesterday, today, tomorrow] = [slot - 1, slot, slot + 1].map(each => findSlotDay(each, span)) as [
      number,
      number,
      number,
    ] // three elements in, three out
    hashes.own.push(pairOn(today))
    if (yesterday !== today) hashes.before[place] = pairOn(yesterday)
    if (tomorrow !== today) hashes.after[place] = pairOn(tomorrow)
  }
  return hashes
}

/**
 * Combines network, article and kind under the key of the day it arrived. The sender chooses when an event claims to
 * have happened, so a limit on senders must use the arrival time.
 */
const hashNetwork = ({ event, addedAt }: Judged, keys: ReadonlyMap<number, DayKey>): string => {
  const { network, kind, does, article } = event
  const key = keys.get(getDayNumber(addedAt))
  if (network === '' || key === undefined) return ''
  return combineHashes(hashArticle(article), keyedHash(key, `${does === 'add' ? '' : does}${kind}\n${network}`))
}

/**
 * Packs the arguments of count.lua: eighteen lists. Each of the first thirteen has one element per event, or none if
 * no event has a value; so has the last.
 * @param read events under the current ids of known articles, that all do the same (splitRuns)
 * @param settings spans in ms
 * @param keys of every day that collectDays returns
 */
export const packBatch = (
  read: readonly Judged[],
  { dedupWindow, networkSpan }: Pick<EventSettings, 'dedupWindow' | 'networkSpan'>,
  keys: ReadonlyMap<number, DayKey>,
): Buffer => {
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
  /** Packs `values` up to the last one that is set; for a missing one the event's own hash is written. */
  const listOver = (values: readonly (string | undefined)[]) => {
    packer.array(values.length)
    for (let index = 0; index < values.length; index += 1) packer.hash(values[index] ?? own[index] ?? '')
  }
  packer.array(18)
  list(read, ({ entry }) => packer.latin1(entry))
  list(cellOf, packer.number)
  list(read, ({ event }) => packer.number(event.at - start))
  list(slotsOf, packer.number)
  list(own, packer.hash)
  listOver(before)
  listOver(after)
  list(who, packer.hash)
  // An event's id names no visitor and is kept for three hours, so it is hashed without a day key, which would change
  // at midnight.
  list(withIds, ({ event }) => packer.hash(event.id === '' ? '' : hash('sha256', event.id).slice(0, 16)))
  list(withIds, ({ addedAt }) => packer.number(Math.floor(addedAt / HOUR)))
  list(withSeconds, ({ event }) => packer.number(event.seconds))
  list(withNetworks, each => packer.hash(hashNetwork(each, keys)))
  list(withNetworks, ({ addedAt }) => packer.number(findSlot(addedAt, networkSpan)))
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
  list(read[0]?.event.does === 'set' ? read : [], ({ event }) => packer.number(event.count))
  return packer.take()
}

/** Splits a batch, in its order, into events that follow each other and do the same: what takes back comes after what it takes back. */
export const splitRuns = (read: readonly Judged[]): Judged[][] => {
  const runs: Judged[][] = []
  for (const each of read) {
    const last = runs.at(-1)
    if (last?.[0]?.event.does === each.event.does) last.push(each)
    else runs.push([each])
  }
  return runs
}

/** Refusals of a batch recorded with their detail; the rest are only counted. */
const MAX_DETAILS = 20

export const packRefused = (refused: readonly RefusedEntry[]): Buffer => {
  const packer = createPacker(64 + refused.length * 48)
  const detailsFrom = refused.length - MAX_DETAILS
  packer.array(3)
  packer.array(refused.length)
  for (const { entry } of refused) packer.latin1(entry)
  packer.array(refused.length)
  for (const { reason } of refused) packer.latin1(reason)
  packer.array(refused.length)
  for (const [index, { detail }] of refused.entries()) packer.utf8(index >= detailsFrom ? detail : '')
  return packer.take()
}
