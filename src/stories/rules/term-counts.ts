/**
 * How many of a story's articles have each term, sorted by term: most stories are one article of some twenty terms, and the list is
 * searched by halves. Terms, counts and places stand one after the other in one block (src/stories/rules/blocks.ts). (pure)
 */

import { type Blocks, roomFor } from './blocks.ts'
import type { Term } from './features.ts'

export interface TermCounts {
  readonly blocks: Blocks
  /** Where its block begins, and how many terms fit in it; none before there is a term. */
  at: number
  room: number
  size: number
}

export const noTerms = (blocks: Blocks): TermCounts => ({ blocks, at: 0, room: 0, size: 0 })

/** @param from index before which it is not @returns index of the term; where it is not there, -1 - the index it would have */
export const findTerm = ({ blocks: { data }, at, size }: TermCounts, term: Term, from = 0): number => {
  let [low, high] = [from, size - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = data[at + middle] as Term // below size
    if (found === term) return middle
    if (found < term) low = middle + 1
    else high = middle - 1
  }
  return -1 - low
}

/** @param index as `findTerm` tells it, here and below */
export const countAt = ({ blocks: { data }, at, room }: TermCounts, index: number): number =>
  data[at + room + index] as number // below size

export const setCountAt = ({ blocks: { data }, at, room }: TermCounts, index: number, count: number): void => {
  data[at + room + index] = count
}

/** Where the story stands among the stories of the term (src/stories/rules/postings.ts). */
export const placeAt = ({ blocks: { data }, at, room }: TermCounts, index: number): number =>
  data[at + 2 * room + index] as number // below size

export const setPlaceAt = ({ blocks: { data }, at, room }: TermCounts, index: number, place: number): void => {
  data[at + 2 * room + index] = place
}

export const countOf = (list: TermCounts, term: Term): number => {
  const index = findTerm(list, term)
  return index < 0 ? 0 : countAt(list, index)
}

/** Makes room for so many more. */
export const reserveTerms = (list: TermCounts, more: number): void => {
  if (list.size + more <= list.room) return
  const { blocks, at: from, room: before, size } = list
  const room = roomFor(Math.max(list.size + more, Math.ceil(before * 1.5)))
  const to = blocks.allocate(3 * room)
  for (const part of [0, 1, 2])
    blocks.data.copyWithin(to + part * room, from + part * before, from + part * before + size)
  if (before > 0) blocks.release(from, 3 * before)
  list.at = to
  list.room = room
}

/** @param index it is to have */
export const insertTerm = (list: TermCounts, index: number, term: Term, count: number, place: number): void => {
  reserveTerms(list, 1)
  const {
    blocks: { data },
    room,
    size,
  } = list
  for (let part = 0, at = list.at; part < 3; part += 1, at += room)
    data.copyWithin(at + index + 1, at + index, at + size)
  data[list.at + index] = term
  data[list.at + room + index] = count
  data[list.at + 2 * room + index] = place
  list.size += 1
}

export const removeTerm = (list: TermCounts, index: number): void => {
  const {
    blocks: { data },
    room,
    size,
  } = list
  for (let part = 0, at = list.at; part < 3; part += 1, at += room)
    data.copyWithin(at + index, at + index + 1, at + size)
  list.size -= 1
  if (list.size > 0) return
  list.blocks.release(list.at, 3 * room)
  list.room = 0
}

/** @returns its terms and counts, smallest term first */
export const entriesOf = (list: TermCounts): { term: Term; count: number }[] => {
  const entries: { term: Term; count: number }[] = []
  for (let index = 0; index < list.size; index += 1)
    entries.push({ term: list.blocks.data[list.at + index] as Term, count: countAt(list, index) }) // below size
  return entries
}
