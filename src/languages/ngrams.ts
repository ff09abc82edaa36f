/**
 * A table of n-grams, each with its scores for languages: its file format, and typed arrays in memory. N-grams have at
 * most four bytes of UTF-8, and those at the edge of a word are distinct from those within. (pure)
 */

export interface NgramTable {
  readonly languages: readonly string[]
  /** Ascending, unsigned. */
  readonly keys: Uint32Array
  /** By the upper 16 bits of a key, where those keys begin; one more than there are. */
  readonly blocks: Uint32Array
  /** Where the scores of a key begin, in pairs; one more than there are keys. */
  readonly starts: Uint32Array
  /** Pairs of a language's number and its score. */
  readonly scores: Uint8Array
}

/** One number for an n-gram: distinct n-grams hardly ever share one (none of the shipped table do). */
export const ngramKey = (
  bytes: ArrayLike<number>,
  from: number,
  to: number,
  begins: boolean,
  ends: boolean,
): number => {
  let packed = 0
  for (let index = from; index < to; index += 1) packed = (packed << 8) | (bytes[index] ?? 0)
  const mixed = Math.imul(packed ^ (packed >>> 15), 0x2c1b3c6d) + (begins ? 0x9e3779b9 : 0) + (ends ? 0x7f4a7c15 : 0)
  return (mixed ^ (mixed >>> 13)) >>> 0
}

/** @param entries by key, pairs of a language's number and its score, 0 to 255 (the rest is cut off) */
export const encodeNgrams = ({
  languages,
  entries,
}: {
  languages: readonly string[]
  entries: ReadonlyMap<number, readonly (readonly [number, number])[]>
}): Buffer => {
  const sorted = [...entries].sort((one, other) => one[0] - other[0])
  const head = Buffer.from(`${JSON.stringify({ languages, keys: sorted.length })}\n`)
  const keys = Buffer.alloc(sorted.length * 4)
  for (const [index, [key]] of sorted.entries()) keys.writeUInt32LE(key, index * 4)
  const counts = Buffer.from(sorted.map(([, scores]) => scores.length))
  const scores = Buffer.from(sorted.flatMap(([, pairs]) => pairs.flat().map(each => Math.min(255, each))))
  return Buffer.concat([head, keys, counts, scores])
}

export const decodeNgrams = (file: Buffer): NgramTable => {
  const at = file.indexOf('\n') + 1
  const { languages, keys: count } = JSON.parse(file.subarray(0, at).toString('utf8')) as {
    languages: string[]
    keys: number
  }
  const keys = new Uint32Array(count)
  const starts = new Uint32Array(count + 1)
  const blocks = new Uint32Array(0x10001)
  for (let index = 0; index < count; index += 1) {
    const key = file.readUInt32LE(at + index * 4)
    keys[index] = key
    blocks[(key >>> 16) + 1] = index + 1
    starts[index + 1] = (starts[index] ?? 0) + (file[at + count * 4 + index] ?? 0)
  }
  // Blocks without keys begin where the one before them ends.
  for (let block = 1; block < blocks.length; block += 1)
    blocks[block] = Math.max(blocks[block] ?? 0, blocks[block - 1] ?? 0)
  return { languages, keys, blocks, starts, scores: Uint8Array.from(file.subarray(at + count * 5)) }
}

/** @returns where the key is, by halving its block; -1 if it is not in the table */
export const findKey = ({ keys, blocks }: NgramTable, key: number): number => {
  let low = blocks[key >>> 16] ?? 0
  let high = (blocks[(key >>> 16) + 1] ?? 0) - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const found = keys[middle] ?? 0
    if (found === key) return middle
    if (found < key) low = middle + 1
    else high = middle - 1
  }
  return -1
}
