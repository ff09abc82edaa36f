/**
 * Counts how many of a story's articles have each term. The list is sorted by term and searched by bisection, since
 * most stories are one article of about twenty terms. Terms, counts and places follow each other in one block
 * (src/stories/rules/blocks.ts).
 */

import { type Blocks, blockSize } from './blocks.ts'
import type { Term } from './features.ts'

export interface TermCounts {
  readonly blocks: Blocks
  /** Start of its block, and the number of terms that fit in it; there is no block before the first term. */
  at: number
  capacity: number
  size: number
}

export const createTermCounts = (blocks: Blocks): TermCounts => ({ blocks, at: 0, capacity: 0, size: 0 })

/**
 * @param from the search starts at this index
 * @returns the index of the term; if it is missing, -1 - the index at which it would be inserted
 */
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

/** @param index from `findTerm`, here and below */
export const countAt = ({ blocks: { data }, at, capacity }: TermCounts, index: number): number =>
  data[at + capacity + index] as number // below size

export const setCountAt = ({ blocks: { data }, at, capacity }: TermCounts, index: number, count: number): void => {
  data[at + capacity + index] = count
}

/** Place of the story in the posting of the term (src/stories/rules/postings.ts). */
export const placeAt = ({ blocks: { data }, at, capacity }: TermCounts, index: number): number =>
  data[at + 2 * capacity + index] as number // below size

export const setPlaceAt = ({ blocks: { data }, at, capacity }: TermCounts, index: number, place: number): void => {
  data[at + 2 * capacity + index] = place
}

export const findCount = (list: TermCounts, term: Term): number => {
  const index = findTerm(list, term)
  return index < 0 ? 0 : countAt(list, index)
}

/** Reserves capacity for this many more terms. */
export const reserveTerms = (list: TermCounts, more: number): void => {
  if (list.size + more <= list.capacity) return
  const { blocks, at: from, capacity: before, size } = list
  const capacity = blockSize(Math.max(list.size + more, Math.ceil(before * 1.5)))
  const to = blocks.allocate(3 * capacity)
  for (const part of [0, 1, 2])
    blocks.data.copyWithin(to + part * capacity, from + part * before, from + part * before + size)
  if (before > 0) blocks.release(from, 3 * before)
  list.at = to
  list.capacity = capacity
}

/** @param index where the term is inserted */
export const insertTerm = (list: TermCounts, index: number, term: Term, count: number, place: number): void => {
  reserveTerms(list, 1)
  const {
    blocks: { data },
    capacity,
    size,
  } = list
  for (let part = 0, at = list.at; part < 3; part += 1, at += capacity)
    data.copyWithin(at + index + 1, at + index, at + size)
  data[list.at + index] = term
  data[list.at + capacity + index] = count
  data[list.at + 2 * capacity + index] = place
  list.size += 1
}

export const removeTerm = (list: TermCounts, index: number): void => {
  const {
    blocks: { data },
    capacity,
    size,
  } = list
  for (let part = 0, at = list.at; part < 3; part += 1, at += capacity)
    data.copyWithin(at + index, at + index + 1, at + size)
  list.size -= 1
  if (list.size > 0) return
  list.blocks.release(list.at, 3 * capacity)
  list.capacity = 0
}

/** @returns its terms and counts, smallest term first */
export const listEntries = (list: TermCounts): { term: Term; count: number }[] => {
  const entries: { term: Term; count: number }[] = []
  for (let index = 0; index < list.size; index += 1)
    entries.push({ term: list.blocks.data[list.at + index] as Term, count: countAt(list, index) }) // below size
  return entries
}
