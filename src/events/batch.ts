/**
 * A batch of the stream on its way to the script that counts it: judged, visitors hashed, grouped by article and kind and by minute, and
 * packed. (pure: the keys of the days and the articles known are given)
 */

import { hash } from 'node:crypto'
import type { ArticleId } from '../article/article.ts'
import { EVENT_KINDS } from '../lists/entry.ts'
import { type Asks, eventText, parseEvent, type ReadEvent, type Refusal } from './event.ts'
import { createPacker } from './pack.ts'
import { createRecent } from './recent.ts'
import { type DayKey, dayOf, keyedHash } from './visitor.ts'
import { HOUR, MINUTE } from './windows.ts'

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

export const addedAtOf = (entry: string): number => Number.parseInt(entry, 10)

/** Judges entries one by one, by what they say alone. */
export const judge = (
  entries: readonly StreamEntry[],
  latest: number,
  asks?: Asks,
): { readonly read: Judged[]; readonly refused: RefusedEntry[] } => {
  const read: Judged[] = []
  const refused: RefusedEntry[] = []
  for (const [entry, flat] of entries) {
    const addedAt = addedAtOf(entry)
    const event = parseEvent(eventText(flat), addedAt, latest, asks)
    if ('refused' in event) refused.push({ entry, reason: event.refused, detail: event.detail })
    else read.push({ entry, addedAt, event })
  }
  return { read, refused }
}

const slotOf = (at: number, span: number): number => Math.floor(at / span)

/** The day whose key hashes visitors in a slot: of its beginning, so that all who look into the slot hash alike. */
const dayOfSlot = (slot: number, span: number): number => dayOf(slot * span)

/** Days whose keys are needed to pack these events. */
export const daysOf = (read: readonly Judged[], span: number): Set<number> => {
  const days = new Set<number>()
  let last = Number.NaN
  for (const { event } of read) {
    const slot = slotOf(event.at, span)
    // Most events of a batch are of one slot.
    if (slot !== last) for (const near of [slot - 1, slot, slot + 1]) days.add(dayOfSlot(near, span))
    last = slot
    days.add(dayOf(event.at))
  }
  return days
}

type Halves = readonly [high: number, low: number]

const halvesOf = (hex: string): Halves => [Number.parseInt(hex.slice(0, 8), 16), Number.parseInt(hex.slice(8, 16), 16)]

const articleHalves = createRecent<ArticleId, Halves>(20_000)

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

/** Article and visitor as one: the visitor's hash is random to whoever has not the key, so their sum modulo 2 is as well. */
const pairOf = ([high, low]: Halves, visitor: string): string => {
  const [a, b] = halvesOf(visitor)
  return hex8(high ^ a) + hex8(low ^ b)
}

/** A value's place among those seen so far, from 1. */
const places = <Key>() => {
  const found = new Map<Key, number>()
  return { found, of: (key: Key) => found.get(key) ?? found.set(key, found.size + 1).size }
}

export interface PackedBatch {
  readonly bytes: Buffer
  /** ms: when the latest of them was added. */
  readonly latest: number
}

/**
 * @param read events whose articles are known, by their ids of now
 * @param span ms
 * @param keys of every day that daysOf names
 */
export const packBatch = (read: readonly Judged[], span: number, keys: ReadonlyMap<number, DayKey>): PackedBatch => {
  const packer = createPacker(64 + read.length * 96)
  const keyOf = (day: number): DayKey => {
    const key = keys.get(day)
    if (key === undefined) throw new RangeError(`no key of day ${day}`)
    return key
  }
  const slots = places<number>()
  const groups = new Map<string, number>()
  const groupsFlat: (readonly [kind: number, article: ArticleId])[] = []
  const cells = new Map<number, number>()
  const cellsFlat: (readonly [group: number, minute: number])[] = []
  let start = Number.POSITIVE_INFINITY
  let latest = 0
  for (const { event, addedAt } of read) {
    if (event.at < start) start = event.at
    if (addedAt > latest) latest = addedAt
  }
  if (read.length === 0) start = 0

  const cellOf: number[] = []
  const slotsOf: number[] = []
  const own: string[] = []
  const before: string[] = []
  const after: string[] = []
  const who: string[] = []
  for (const { event } of read) {
    const kind = EVENT_KINDS.indexOf(event.kind) + 1
    const name = event.article + kind
    let group = groups.get(name)
    if (group === undefined) {
      group = groupsFlat.push([kind, event.article])
      groups.set(name, group)
    }
    const minute = Math.floor(event.at / MINUTE)
    // Minutes since the epoch stay below 2^27 for centuries, groups below the largest batch.
    const cellName = group * 2 ** 32 + minute
    let cell = cells.get(cellName)
    if (cell === undefined) {
      cell = cellsFlat.push([group, minute])
      cells.set(cellName, cell)
    }
    cellOf.push(cell)
    const slot = slotOf(event.at, span)
    slotsOf.push(slots.of(slot))
    const { visitor } = event
    if (visitor === '') {
      own.push('')
      who.push('')
    } else {
      const day = dayOf(event.at)
      const hashed = keyedHash(keyOf(day), visitor)
      who.push(hashed)
      if (event.kind !== 'view') own.push('')
      else {
        const article = halvesOfArticle(event.article)
        const pairOn = (other: number) => pairOf(article, other === day ? hashed : keyedHash(keyOf(other), visitor))
        const today = dayOfSlot(slot, span)
        own.push(pairOn(today))
        const place = own.length - 1
        // At midnight the key changes, and who is looked for in the slot beside has another hash there.
        if (dayOfSlot(slot - 1, span) !== today) before[place] = pairOn(dayOfSlot(slot - 1, span))
        if (dayOfSlot(slot + 1, span) !== today) after[place] = pairOn(dayOfSlot(slot + 1, span))
      }
    }
  }

  const hasId = read.some(({ event }) => event.id !== '')
  const hasSeconds = read.some(({ event }) => event.seconds > 0)
  const list = <Each>(values: readonly Each[], write: (value: Each) => void) => {
    packer.array(values.length)
    for (const value of values) write(value)
  }
  /** Where only some have one: as long as its last, own hashes standing in for those that have none. */
  const listOver = (values: readonly (string | undefined)[]) => {
    packer.array(values.length)
    for (let index = 0; index < values.length; index += 1) packer.hash(values[index] ?? own[index] ?? '')
  }
  packer.array(15)
  list(read, ({ entry }) => packer.latin1(entry))
  list(cellOf, packer.number)
  list(read, ({ event }) => packer.number(event.at - start))
  list(slotsOf, packer.number)
  list(own, packer.hash)
  listOver(before)
  listOver(after)
  list(who, packer.hash)
  // An event's id names no visitor and is kept for three hours: no key, which would change at midnight.
  list(hasId ? read : [], ({ event }) => packer.hash(event.id === '' ? '' : hash('sha256', event.id).slice(0, 16)))
  list(hasId ? read : [], ({ addedAt }) => packer.number(Math.floor(addedAt / HOUR)))
  list(hasSeconds ? read : [], ({ event }) => packer.number(event.seconds))
  list([...slots.found.keys()], packer.number)
  packer.array(groupsFlat.length * 2)
  for (const [kind, article] of groupsFlat) {
    packer.number(kind)
    packer.utf8(article)
  }
  packer.array(cellsFlat.length * 2)
  for (const [group, minute] of cellsFlat) {
    packer.number(group)
    packer.number(minute)
  }
  packer.number(start)
  return { bytes: packer.take(), latest }
}

/** Details of refusals kept of one batch: the rest is counted only. */
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
