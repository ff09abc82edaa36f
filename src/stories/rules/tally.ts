/**
 * Sums the gains of stories during one search. A search meets a few hundred of about a hundred thousand stories, so a
 * small hash table (open addressing, linear probing) fits the processor's cache, while an array over all stories would
 * not.
 */

const GOLDEN = 0x9e3779b1 | 0

export interface Tally {
  /** Number of stories met. */
  readonly met: number
  clear(): void
  add(slot: number, gain: number): void
  /** @param index 0 to met - 1, in the order in which the stories were met; also below */
  getSlot(index: number): number
  getGain(index: number): number
}

export const createTally = (): Tally => {
  let bits = 11
  let table = new Int32Array(1 << bits) // index + 1, or 0
  let slots = new Int32Array(1 << (bits - 1))
  let gained = new Float64Array(1 << (bits - 1))
  let met = 0

  const findPlace = (slot: number): number => {
    const mask = table.length - 1
    let place = Math.imul(slot, GOLDEN) >>> (32 - bits)
    for (;;) {
      const at = table[place] as number // the mask keeps it within, here and below
      if (at === 0 || slots[at - 1] === slot) return place
      place = (place + 1) & mask
    }
  }

  const enlarge = (): void => {
    bits += 1
    table = new Int32Array(1 << bits)
    const [oldSlots, oldGained] = [slots, gained]
    slots = new Int32Array(1 << (bits - 1))
    gained = new Float64Array(1 << (bits - 1))
    slots.set(oldSlots)
    gained.set(oldGained)
    for (let index = 0; index < met; index += 1) table[findPlace(slots[index] as number)] = index + 1
  }

  return {
    get met() {
      return met
    },
    clear() {
      // In reverse order, so that the probe sequences of the remaining stories stay intact.
      for (let index = met - 1; index >= 0; index -= 1) table[findPlace(slots[index] as number)] = 0
      met = 0
    },
    add(slot, gain) {
      const place = findPlace(slot)
      const at = table[place] as number
      if (at > 0) {
        gained[at - 1] = (gained[at - 1] as number) + gain
        return
      }
      slots[met] = slot
      gained[met] = gain
      met += 1
      table[place] = met
      if (met === slots.length) enlarge()
    },
    getSlot: index => slots[index] as number,
    getGain: index => gained[index] as number,
  }
}
