/** Gives each thing a small number of its own, so that typed arrays can refer to it; numbers are used again. */

export interface Slots<Thing> {
  /** @returns undefined for a number that nothing has */
  get(slot: number): Thing | undefined
  /** @param make builds the thing that gets this number */
  add(make: (slot: number) => Thing): Thing
  remove(slot: number): void
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
    remove(slot) {
      things[slot] = undefined
      free.push(slot)
    },
  }
}
