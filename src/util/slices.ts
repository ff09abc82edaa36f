/** Sharing the event loop: long work is done in pieces, with everything else that waits let in between. */

import { setImmediate } from 'node:timers/promises'

export const yieldToEventLoop = (): Promise<void> => setImmediate()

/** Items judged at a time: about 10 ms of work. */
const TURN = 200

/** `map` that lets others in after every couple of hundred. */
export const mapInSlices = async <From, To>(from: readonly From[], each: (item: From) => To): Promise<To[]> => {
  const to: To[] = []
  for (const item of from) {
    if (to.length > 0 && to.length % TURN === 0) await yieldToEventLoop()
    to.push(each(item))
  }
  return to
}

/** Parts of at most `size`, in order. */
export const chunk = <Item>(all: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))
