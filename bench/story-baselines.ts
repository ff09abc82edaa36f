/** What an able engineer would write first to put articles of one story, or copies of one text, together: to be measured beside ours. */

import { createHash } from 'node:crypto'
import { tellingWords } from '../src/languages/segment.ts'

export interface Text {
  readonly id: string
  readonly title: string
  readonly summary: string
}

/** @returns a name of the cluster for each text, in order */
export type Clustering = (texts: readonly Text[]) => string[]

const wordsOf = ({ title, summary }: Text): string[] => tellingWords(`${title} ${summary}`, 'en', true)

export const exactTitle: Clustering = texts => texts.map(({ title }) => title.toLowerCase())

const hash64 = (text: string): bigint => createHash('sha256').update(text).digest().readBigUInt64LE()

const bitsOf = (value: bigint): number => {
  let [left, bits] = [value, 0]
  for (; left > 0n; left &= left - 1n) bits += 1
  return bits
}

/** Each text joins the first earlier one that shares a bucket with it and is alike. */
const byBuckets = <Sketch>(
  texts: readonly Text[],
  sketchOf: (text: Text) => Sketch,
  bucketsOf: (sketch: Sketch) => readonly string[],
  alike: (a: Sketch, b: Sketch) => boolean,
): string[] => {
  const buckets = new Map<string, { sketch: Sketch; name: string }[]>()
  return texts.map((text, index) => {
    const sketch = sketchOf(text)
    const own = bucketsOf(sketch)
    const met = own.flatMap(bucket => buckets.get(bucket) ?? []).find(other => alike(sketch, other.sketch))
    const name = met?.name ?? String(index)
    for (const bucket of own) buckets.set(bucket, [...(buckets.get(bucket) ?? []), { sketch, name }])
    return name
  })
}

/** Manku, Jain, Das Sarma, Detecting near-duplicates for web crawling, WWW 2007: 64 bits, at most 3 apart, four blocks of 16. */
export const simHash: Clustering = texts =>
  byBuckets(
    texts,
    text => {
      const sums = new Int32Array(64)
      for (const word of new Set(wordsOf(text))) {
        const hash = hash64(word)
        for (let bit = 0; bit < 64; bit += 1) sums[bit] = (sums[bit] ?? 0) + ((hash >> BigInt(bit)) & 1n ? 1 : -1)
      }
      return sums.reduce((value, sum, bit) => (sum > 0 ? value | (1n << BigInt(bit)) : value), 0n)
    },
    sketch => [0, 1, 2, 3].map(block => `${block}:${(sketch >> BigInt(block * 16)) & 0xffffn}`),
    (a, b) => bitsOf(a ^ b) <= 3,
  )

const HASHES = 64
const ROWS = 4
const mixed = (value: number): number => {
  let hash = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * Broder, On the resemblance and containment of documents, 1997: 64 minima in 16 bands of 4.
 * @param run words in a row that make a shingle
 */
export const minHash =
  (run: number, resemblance: number): Clustering =>
  texts =>
    byBuckets(
      texts,
      text => {
        const words = wordsOf(text)
        const minima = new Float64Array(HASHES).fill(Number.POSITIVE_INFINITY)
        for (let at = 0; at + run <= words.length || at === 0; at += 1) {
          const shingle = Number(hash64(words.slice(at, at + run).join(' ')) & 0xffffffffn)
          for (let each = 0; each < HASHES; each += 1)
            minima[each] = Math.min(minima[each] ?? 0, mixed(shingle ^ Math.imul(each + 1, 0x9e3779b1)))
        }
        return minima
      },
      minima =>
        Array.from(
          { length: HASHES / ROWS },
          (_, band) => `${band}:${minima.subarray(band * ROWS, band * ROWS + ROWS)}`,
        ),
      (a, b) => a.filter((value, index) => value === b[index]).length >= resemblance * HASHES,
    )

/** Single pass over TF-IDF vectors and their clusters' sums, the frequencies known beforehand. @param threshold cosine needed to join */
export const tfIdf =
  (threshold: number): Clustering =>
  texts => {
    const bags = texts.map(text => new Set(wordsOf(text)))
    const frequency = new Map<string, number>()
    for (const bag of bags) for (const word of bag) frequency.set(word, (frequency.get(word) ?? 0) + 1)
    const sums: Map<string, number>[] = []
    const squares: number[] = []
    const having = new Map<string, Set<number>>()
    const nearest = (vector: ReadonlyMap<string, number>): number => {
      const dots = new Map<number, number>()
      for (const [word, weight] of vector)
        for (const id of having.get(word) ?? []) dots.set(id, (dots.get(id) ?? 0) + weight * (sums[id]?.get(word) ?? 0))
      let [best, most] = [-1, threshold]
      for (const [id, dot] of dots) {
        const cosine = dot / Math.sqrt(squares[id] || 1)
        if (cosine >= most) [best, most] = [id, cosine]
      }
      return best < 0 ? sums.length : best
    }
    return bags.map(bag => {
      const raw = [...bag].map(word => [word, Math.log(texts.length / (frequency.get(word) ?? 1))] as const)
      const norm = Math.hypot(...raw.map(([, weight]) => weight)) || 1
      const vector = new Map(raw.map(([word, weight]) => [word, weight / norm]))
      const id = nearest(vector)
      const sum = sums[id] ?? new Map<string, number>()
      sums[id] = sum
      for (const [word, weight] of vector) {
        const before = sum.get(word) ?? 0
        sum.set(word, before + weight)
        squares[id] = (squares[id] ?? 0) + weight * (2 * before + weight)
        having.set(word, (having.get(word) ?? new Set()).add(id))
      }
      return String(id)
    })
  }
