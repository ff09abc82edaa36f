/** Shares the event loop: runs long work in slices and yields to other work in between. */

import { setImmediate } from 'node:timers/promises'

export const yieldToEventLoop = (): Promise<void> => setImmediate()

/** Items per slice: about 10 ms of work. */
const TURN = 200

/** Like `map`, yielding to the event loop after every slice. */
export const mapInSlices = async <From, To>(from: readonly From[], each: (item: From) => To): Promise<To[]> => {
  const to: To[] = []
  for (const item of from) {
    if (to.length > 0 && to.length % TURN === 0) await yieldToEventLoop()
    to.push(each(item))
  }
  return to
}

/** Chunks of at most `size`, in order. */
export const chunk = <Item>(all: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))

/** Runs a generator to its end, and lets the process do other work between its steps. @returns what it returns */
export const inTurns = async <T>(turns: Generator<void, T>): Promise<T> => {
  for (;;) {
    const { done, value } = turns.next()
    if (done) return value
    await yieldToEventLoop()
  }
}
