/**
 * Many short lists of integers, each of which keeps only its latest numbers: which stories have a word, which articles
 * have a run of words. Most lists have a single number, which needs no block.
 */

import { type Savable, savedNumbers, savedRows, savedTogether } from '../../util/savable.ts'
import { type Blocks, blockSize } from './blocks.ts'

export interface Rings {
  /** @returns a new empty list */
  open(): number
  /** Closes an empty list. */
  close(list: number): void
  /** Adds a number at the end; if the list is full, the oldest is dropped. */
  add(list: number, value: number): void
  /** Removes a number, if the list has it. */
  remove(list: number, value: number): void
  sizeOf(list: number): number
  /** @param index 0 (oldest) to size - 1 */
  valueAt(list: number, index: number): number
  /** Does not include the blocks, which their owner saves. */
  readonly saved: Savable
}

const enlarge = (numbers: Int32Array): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(Math.ceil(numbers.length * 1.5))
  larger.set(numbers)
  return larger
}

/** @param kept maximum length of a list */
export const createRings = (blocks: Blocks, kept: number): Rings => {
  let [places, sizes, capacities] = [new Int32Array(1_024), new Int32Array(1_024), new Int32Array(1_024)]
  const free: number[] = []
  let opened = 0

  /** Gives a list a larger block. A list without one has its single number in `places`. */
  const give = (list: number): void => {
    const size = sizes[list] as number // lists are those that were opened, here and below
    const before = capacities[list] as number
    const capacity = blockSize(Math.min(kept, size + 2))
    const at = blocks.allocate(capacity)
    if (before === 0) blocks.data[at] = places[list] as number
    else {
      blocks.data.copyWithin(at, places[list] as number, (places[list] as number) + size)
      blocks.release(places[list] as number, before)
    }
    places[list] = at
    capacities[list] = capacity
  }

  const drop = (list: number, index: number): void => {
    const [at, size] = [places[list] as number, sizes[list] as number]
    if (capacities[list] !== 0) blocks.data.copyWithin(at + index, at + index + 1, at + size)
    sizes[list] = size - 1
    if (size > 1 || capacities[list] === 0) return
    blocks.release(at, capacities[list] as number)
    capacities[list] = 0
  }

  const valueAt = (list: number, index: number): number =>
    capacities[list] === 0 ? (places[list] as number) : (blocks.data[(places[list] as number) + index] as number)

  return {
    open() {
      const list = free.pop() ?? opened++
      if (list >= places.length) [places, sizes, capacities] = [enlarge(places), enlarge(sizes), enlarge(capacities)]
      return list
    },
    close: list => {
      free.push(list)
    },
    add(list, value) {
      if ((sizes[list] as number) >= kept) drop(list, 0)
      const size = sizes[list] as number
      if (size === 0 && capacities[list] === 0) places[list] = value
      else {
        if (size >= (capacities[list] as number)) give(list)
        blocks.data[(places[list] as number) + size] = value
      }
      sizes[list] = size + 1
    },
    remove(list, value) {
      const size = sizes[list] as number
      for (let index = 0; index < size; index += 1) if (valueAt(list, index) === value) return drop(list, index)
    },
    sizeOf: list => sizes[list] as number,
    valueAt,
    saved: savedTogether({
      places: savedNumbers(
        Int32Array,
        () => places,
        restored => {
          places = restored
        },
      ),
      sizes: savedNumbers(
        Int32Array,
        () => sizes,
        restored => {
          sizes = restored
        },
      ),
      capacities: savedNumbers(
        Int32Array,
        () => capacities,
        restored => {
          capacities = restored
        },
      ),
      opened: savedRows(
        () => [opened],
        restored => {
          opened = restored
        },
      ),
      free: savedRows(
        () => free,
        list => free.push(list),
      ),
    }),
  }
}
