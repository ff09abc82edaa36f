/**
 * Maps 32-bit integers to non-negative ones in one typed array (open addressing, linear probing): 16 to 32 bytes an
 * entry, where a `Map` takes about twice that and gives the garbage collector something to traverse. (pure)
 */

import { type Savable, savedNumbers } from './savable.ts'

export interface IntMap {
  readonly size: number
  readonly saved: Savable
  /** @returns -1 if the key is not there */
  get(key: number): number
  /** @param value 0 to 2^31 - 2 */
  set(key: number, value: number): void
  delete(key: number): void
}

const GOLDEN = 0x9e3779b1 | 0
const FIRST_BITS = 10
/**
 * Maximum share of places in use. A place is two numbers of the array: the key of an entry and its value + 1, which is
 * 0 in an empty place.
 */
const FULLEST = 0.6

/** Creates an empty map. */
export const createIntMap = (): IntMap => {
  let bits = FIRST_BITS
  let table = new Int32Array(2 << bits)
  let size = 0

  const homeOf = (key: number): number => Math.imul(key, GOLDEN) >>> (32 - bits)

  /** The place of the key, or the empty one where it belongs. Places are within the array, here and below. */
  const find = (key: number): number => {
    const mask = (1 << bits) - 1
    let place = homeOf(key)
    while (table[2 * place + 1] !== 0 && table[2 * place] !== key) place = (place + 1) & mask
    return place
  }

  const enlarge = (): void => {
    const old = table
    bits += 1
    table = new Int32Array(2 << bits)
    for (let at = 0; at < old.length; at += 2) {
      if (old[at + 1] === 0) continue
      const place = find(old[at] as number)
      table[2 * place] = old[at] as number
      table[2 * place + 1] = old[at + 1] as number
    }
  }

  return {
    get size() {
      return size
    },
    saved: savedNumbers(
      Int32Array,
      () => table,
      restored => {
        table = restored
        bits = Math.log2(table.length / 2)
        size = 0
        for (let at = 1; at < table.length; at += 2) if (table[at] !== 0) size += 1
      },
    ),
    get: key => (table[2 * find(key) + 1] as number) - 1,
    set(key, value) {
      let place = find(key)
      if (table[2 * place + 1] === 0) {
        if (size + 1 > FULLEST * (1 << bits)) {
          enlarge()
          place = find(key)
        }
        size += 1
      }
      table[2 * place] = key
      table[2 * place + 1] = value + 1
    },
    delete(key) {
      const mask = (1 << bits) - 1
      let hole = find(key)
      if (table[2 * hole + 1] === 0) return
      size -= 1
      // Those that follow and were pushed past the hole move into it, so that every probe still ends where it should.
      for (let next = (hole + 1) & mask; table[2 * next + 1] !== 0; next = (next + 1) & mask) {
        const home = homeOf(table[2 * next] as number)
        if (((next - home) & mask) < ((next - hole) & mask)) continue
        table[2 * hole] = table[2 * next] as number
        table[2 * hole + 1] = table[2 * next + 1] as number
        hole = next
      }
      table[2 * hole + 1] = 0
    },
  }
}
