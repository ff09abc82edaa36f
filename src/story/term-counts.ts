/**
 * How many of a story's articles have each term, sorted by term in typed arrays: most stories are one article of some twenty terms, and
 * two such lists are compared by walking along both. (pure)
 */

import type { Term } from './features.ts'

export interface TermCounts {
  size: number
  terms: Int32Array
  counts: Int32Array
  /** Where the story stands among the stories of the term (src/story/postings.ts). */
  places: Int32Array
}

export const noTerms = (): TermCounts => ({
  size: 0,
  terms: new Int32Array(0),
  counts: new Int32Array(0),
  places: new Int32Array(0),
})

/** @returns index of the term; where it is not there, -1 - the index it would have */
export const findTerm = ({ terms, size }: TermCounts, term: Term): number => {
  let [low, high] = [0, size - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = terms[middle] as Term // below size
    if (found === term) return middle
    if (found < term) low = middle + 1
    else high = middle - 1
  }
  return -1 - low
}

export const countOf = (list: TermCounts, term: Term): number => {
  const at = findTerm(list, term)
  return at < 0 ? 0 : (list.counts[at] as number) // found
}

const enlarged = (numbers: Int32Array, length: number): Int32Array => {
  const larger = new Int32Array(length)
  larger.set(numbers)
  return larger
}

/** Makes room for so many more. */
export const reserveTerms = (list: TermCounts, more: number): void => {
  if (list.size + more <= list.terms.length) return
  const length = Math.max(list.size + more, Math.ceil(list.terms.length * 1.5))
  list.terms = enlarged(list.terms, length)
  list.counts = enlarged(list.counts, length)
  list.places = enlarged(list.places, length)
}

/** @param at index it is to have, as `findTerm` tells it */
export const insertTerm = (list: TermCounts, at: number, term: Term, count: number, place: number): void => {
  reserveTerms(list, 1)
  for (const numbers of [list.terms, list.counts, list.places]) numbers.copyWithin(at + 1, at, list.size)
  list.terms[at] = term
  list.counts[at] = count
  list.places[at] = place
  list.size += 1
}

export const removeTerm = (list: TermCounts, at: number): void => {
  for (const numbers of [list.terms, list.counts, list.places]) numbers.copyWithin(at, at + 1, list.size)
  list.size -= 1
}

/** @returns its terms and counts, smallest term first */
export const entriesOf = ({ terms, counts, size }: TermCounts): { term: Term; count: number }[] =>
  Array.from({ length: size }, (_, index) => ({ term: terms[index] as Term, count: counts[index] as number })) // below size
