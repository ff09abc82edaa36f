/**
 * Texts as vectors: a weight for each distinct term, together of length 1. Weights are whole numbers of 1/4096, so that
 * sums of vectors do not depend on the order in which they were added, and what was added can be taken away again
 * without a trace. A story's sum lies in a block: its terms, smallest first, their weights, and how many of its articles
 * have them.
 */

import { type Blocks, blockSize } from './blocks.ts'
import type { Features, Term, Texts } from './features.ts'
import { type Relatedness, termWeight } from './relatedness.ts'

/** The length of a vector. Squares of sums of 4096 articles stay below 2^53. */
const UNIT = 4_096
const SQUARE = UNIT * UNIT

export interface Vector {
  /** Smallest first, distinct. */
  readonly terms: Int32Array
  readonly weights: Int32Array
  /** Articles that have the term; null where it is one each. */
  readonly counts: Int32Array | null
}

/** A sum of vectors, as it lies in its block. */
export interface Sum {
  at: number
  capacity: number
  /** Number of distinct terms. */
  size: number
}

/** Called for each term whose count changes. It may allocate blocks, so that their array is another one afterwards. */
export type OnCount = (term: Term, before: number, after: number) => void

const sorted = (terms: readonly Term[]): Int32Array => new Int32Array(terms).sort()

/** Distinct terms of the title and the rest of a text, and how often each occurs. */
const countTerms = ({ title, summary, slug }: Pick<Features, 'title' | 'summary' | 'slug'>) => {
  const [own, rest] = [sorted(title), sorted(slug.length === 0 ? summary : [...summary, ...slug])]
  const terms = new Int32Array(own.length + rest.length)
  const [inTitle, elsewhere] = [new Uint8Array(terms.length), new Uint8Array(terms.length)]
  let [i, j, size] = [0, 0, 0]
  while (i < own.length || j < rest.length) {
    const term = j >= rest.length || (i < own.length && (own[i] as Term) <= (rest[j] as Term)) ? own[i] : rest[j]
    for (; i < own.length && own[i] === term; i += 1) inTitle[size] = (inTitle[size] as number) + 1 // below its length
    for (; j < rest.length && rest[j] === term; j += 1) elsewhere[size] = (elsewhere[size] as number) + 1
    terms[size] = term as Term // one of the two
    size += 1
  }
  return { terms: terms.subarray(0, size), inTitle, elsewhere }
}

/** @returns the distinct terms of a text, smallest first */
export const distinctTerms = (text: Pick<Features, 'title' | 'summary' | 'slug'>): Int32Array => countTerms(text).terms

/** @param rarityOf nats, by term */
export const toVector = (text: Texts, rarityOf: (term: Term) => number, rule: Relatedness): Vector => {
  const { terms, inTitle, elsewhere } = countTerms(text)
  const weights = new Float64Array(terms.length)
  let square = 0
  for (let index = 0; index < terms.length; index += 1) {
    // Below the common length of all, here and in the loop below.
    const weight =
      termWeight(inTitle[index] as number, elsewhere[index] as number, rule) * rarityOf(terms[index] as Term)
    weights[index] = weight
    square += weight * weight
  }
  const scale = UNIT / Math.sqrt(square)
  const whole = new Int32Array(terms.length)
  for (let index = 0; index < terms.length; index += 1) whole[index] = Math.round((weights[index] as number) * scale)
  return { terms, counts: null, weights: whole }
}

/** @returns the index of the term from `from` on; if it is missing, -1 - the index where it would be */
const findTerm = (data: Int32Array, { at, size }: Sum, term: Term, from: number): number => {
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

/** A sum of so many times the terms of a vector is searched by bisection. */
const SIDE_BY_SIDE = 8

export interface Product {
  readonly product: number
  /** The largest part of it that one term gives. */
  readonly largest: number
  /** Number of distinct terms that both have. */
  readonly shared: number
}

/** Multiplies a vector and a sum. */
export const multiply = ({ data }: Blocks, sum: Sum, vector: Vector): Product => {
  const { terms, weights } = vector
  const { at, capacity, size } = sum
  // Side by side through two short lists; by bisection in a long one.
  const isShort = size < SIDE_BY_SIDE * terms.length
  let [product, largest, shared, from] = [0, 0, 0, 0]
  for (let index = 0; index < terms.length && from < size; index += 1) {
    const term = terms[index] as Term // below its length, here and below
    if (isShort) while (from < size && (data[at + from] as Term) < term) from += 1
    else {
      const found = findTerm(data, sum, term, from)
      from = found < 0 ? -1 - found : found
    }
    if (from === size || data[at + from] !== term) continue
    const part = (weights[index] as number) * (data[at + capacity + from] as number)
    product += part
    if (part > largest) largest = part
    shared += 1
    from += 1
  }
  return { product: product / SQUARE, largest: largest / SQUARE, shared }
}

export const squareOf = ({ weights }: Vector): number => {
  let square = 0
  for (let index = 0; index < weights.length; index += 1) square += (weights[index] as number) ** 2 // below its length
  return square / SQUARE
}

const reserve = (blocks: Blocks, sum: Sum, size: number): void => {
  if (size <= sum.capacity) return
  const { at, capacity: before } = sum
  const capacity = blockSize(sum.size === 0 ? size : Math.max(size, Math.ceil(before * 1.3)))
  const to = blocks.allocate(3 * capacity)
  for (let part = 0; part < 3; part += 1)
    blocks.data.copyWithin(to + part * capacity, at + part * before, at + part * before + sum.size)
  if (before > 0) blocks.release(at, 3 * before)
  sum.at = to
  sum.capacity = capacity
}

/** Adds a vector to a sum. */
export const add = (blocks: Blocks, sum: Sum, { terms, weights, counts }: Vector, onCount: OnCount): void => {
  let fresh = 0
  for (let index = 0, from = 0; index < terms.length; index += 1) {
    const found = findTerm(blocks.data, sum, terms[index] as Term, from) // below its length, here and below
    from = found < 0 ? -1 - found : found + 1
    if (found < 0) fresh += 1
  }
  reserve(blocks, sum, sum.size + fresh)
  const [first, second, third] = [sum.at, sum.at + sum.capacity, sum.at + 2 * sum.capacity]
  // From the end, so that each number is moved once.
  let [old, to] = [sum.size - 1, sum.size + fresh - 1]
  for (let index = terms.length - 1; index >= 0; to -= 1) {
    const { data } = blocks
    const term = terms[index] as Term
    if (old >= 0 && (data[first + old] as Term) > term) {
      data[first + to] = data[first + old] as number
      data[second + to] = data[second + old] as number
      data[third + to] = data[third + old] as number
      old -= 1
      continue
    }
    const isKnown = old >= 0 && data[first + old] === term
    const before = isKnown ? (data[third + old] as number) : 0
    const after = before + (counts === null ? 1 : (counts[index] as number))
    data[first + to] = term
    data[second + to] = (isKnown ? (data[second + old] as number) : 0) + (weights[index] as number)
    data[third + to] = after
    if (isKnown) old -= 1
    index -= 1
    onCount(term, before, after)
  }
  sum.size += fresh
}

/** Takes a vector away that was added before. */
export const subtract = (blocks: Blocks, sum: Sum, { terms, weights }: Vector, onCount: OnCount): void => {
  const [first, second, third] = [sum.at, sum.at + sum.capacity, sum.at + 2 * sum.capacity]
  let [next, to] = [0, 0]
  for (let from = 0; from < sum.size; from += 1) {
    const { data } = blocks
    let [weight, count] = [data[second + from] as number, data[third + from] as number] // below its size
    const term = data[first + from] as Term
    const isTaken = next < terms.length && term === terms[next]
    if (isTaken) {
      weight -= weights[next] as number
      count -= 1
      next += 1
    }
    if (count > 0) {
      data[first + to] = term
      data[second + to] = weight
      data[third + to] = count
      to += 1
    }
    if (isTaken) onCount(term, count + 1, count)
  }
  sum.size = to
}

/** Gives a sum's block back. */
export const clear = (blocks: Blocks, sum: Sum): void => {
  if (sum.capacity > 0) blocks.release(sum.at, 3 * sum.capacity)
  sum.capacity = 0
  sum.size = 0
}

/** @returns a copy of a sum as a vector; its length is not 1 */
export const copyOf = ({ data }: Blocks, { at, capacity, size }: Sum): Vector => ({
  terms: data.slice(at, at + size),
  weights: data.slice(at + capacity, at + capacity + size),
  counts: data.slice(at + 2 * capacity, at + 2 * capacity + size),
})

/** @returns the terms of a vector that weigh most, at most so many */
export const strongest = ({ terms, weights, counts }: Vector, most: number): Vector => {
  if (terms.length <= most) return { terms, weights, counts }
  const order = Array.from(terms.keys())
    .sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b) // indexes of both
    .slice(0, most)
    .sort((a, b) => a - b)
  const pick = (numbers: Int32Array) => Int32Array.from(order, index => numbers[index] as number)
  return { terms: pick(terms), weights: pick(weights), counts: counts && pick(counts) }
}
