/**
 * Many small lists of whole numbers in one typed array: a million lists of some twenty numbers each cost their numbers, and nothing for a
 * garbage collector to walk through. Sizes come in steps of a half, and a block given back is used again for the next of its size. (pure)
 */

export interface Blocks {
  /** All blocks; another array after `allocate`, so it is never kept. */
  readonly data: Int32Array
  /** @param length as `roomFor` gives it @returns where the block begins; what stands in it is left over from others */
  allocate(length: number): number
  release(at: number, length: number): void
}

const SMALLEST = 4

/** Numbers that a block for so many holds: 4, 6, 8, 12, 16, 24... */
export const roomFor = (numbers: number): number => {
  let room = SMALLEST
  while (room < numbers) room += (room & (room - 1)) === 0 ? room / 2 : room / 3
  return room
}

export const createBlocks = (): Blocks => {
  let data = new Int32Array(1 << 16)
  let used = 0
  const free = new Map<number, number[]>()
  return {
    get data() {
      return data
    },
    allocate(length) {
      const again = free.get(length)?.pop()
      if (again !== undefined) return again
      if (used + length > data.length) {
        const larger = new Int32Array(Math.max(used + length, Math.ceil(data.length * 1.5)))
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
