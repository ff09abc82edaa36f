/**
 * Allocates many small lists of integers in one typed array, so that a million lists of about twenty numbers take only
 * the memory of their numbers and give the garbage collector nothing to traverse. Block sizes grow in steps of a half
 * or a third; released blocks are reused for others of the same size.
 */

import { type Savable, savedNumbers, savedRows, savedTogether } from '../../util/savable.ts'

export interface Blocks {
  /** All blocks. `allocate` may replace the array, so callers must not keep it. */
  readonly data: Int32Array
  /**
   * @param length a length from `blockSize`
   * @returns the start of the block, which is not cleared
   */
  allocate(length: number): number
  release(at: number, length: number): void
  readonly saved: Savable
}

const SMALLEST = 4

/** Rounds up to the size of a block: 4, 6, 8, 12, 16, 24... */
export const blockSize = (numbers: number): number => {
  let size = SMALLEST
  while (size < numbers) size += (size & (size - 1)) === 0 ? size / 2 : size / 3
  return size
}

export const createBlocks = (): Blocks => {
  let data = new Int32Array(1 << 16)
  let used = 0
  const free = new Map<number, number[]>()
  return {
    saved: savedTogether({
      used: savedNumbers(
        Int32Array,
        () => data.subarray(0, used),
        restored => {
          data = restored
          used = restored.length
        },
      ),
      free: savedRows(
        () => [...free],
        ([length, places]) => free.set(length, places),
      ),
    }),
    get data() {
      return data
    },
    allocate(length) {
      const reused = free.get(length)?.pop()
      if (reused !== undefined) return reused
      if (used + length > data.length) {
        const larger = new Int32Array(Math.max(used + length, Math.ceil(data.length * 1.2)))
        larger.set(data)
        data = larger
      }
      used += length
      return used - length
    },
    release(at, length) {
      const others = free.get(length)
      if (others) others.push(at)
      else free.set(length, [at])
    },
  }
}
