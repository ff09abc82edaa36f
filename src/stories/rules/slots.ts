/** Gives each thing a small number of its own, by which typed arrays refer to it; freed numbers are reused. */

import { type Savable, savedRows } from '../../util/savable.ts'

export interface Slots<Thing> {
  /** @returns undefined for an unused number */
  get(slot: number): Thing | undefined
  /** @param make builds the thing that gets this number */
  add(make: (slot: number) => Thing): Thing
  remove(slot: number): void
  /** Which numbers are free. The things are not saved here: their owner restores each with `put`. */
  readonly saved: Savable
  put(slot: number, thing: Thing): void
}

export const createSlots = <Thing>(): Slots<Thing> => {
  const things: (Thing | undefined)[] = []
  const free: number[] = []
  return {
    get: slot => things[slot],
    add(make) {
      const slot = free.pop() ?? things.length
      const thing = make(slot)
      things[slot] = thing
      return thing
    },
    saved: savedRows(
      () => [{ length: things.length, free }],
      restored => {
        things.length = restored.length
        for (const slot of restored.free) free.push(slot)
      },
    ),
    put(slot, thing) {
      things[slot] = thing
    },
    remove(slot) {
      things[slot] = undefined
      free.push(slot)
    },
  }
}
