/**
 * One process has one event loop. Ranking and writing lists that readers wait for goes before work that only empties a
 * queue: otherwise, in a cold ingest, every list would wait behind the articles of all sources. (docs/decisions/0012)
 */

import type { PriorityGate } from '../src/lists/publisher.ts'
import { yieldToEventLoop } from '../src/util/slices.ts'

/**
 * `yieldToLists`, awaited between slices of a few ms, lets everything else run and waits for work started with
 * `runFirst`.
 * @param maxWait maximum wait in ms, so that lists that change all the time cannot hold up articles for ever
 */
export const createPriorityGate = ({ maxWait }: { maxWait: number }): PriorityGate => {
  let running = 0
  let idle: (() => void)[] = []

  const whenIdle = (): Promise<void> =>
    new Promise(resolve => {
      const timer = setTimeout(resolve, maxWait)
      idle.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })

  return {
    async runFirst(work) {
      running += 1
      try {
        return await work()
      } finally {
        running -= 1
        if (running === 0) {
          const waiting = idle
          idle = []
          for (const resume of waiting) resume()
        }
      }
    },

    async yieldToLists() {
      await yieldToEventLoop()
      if (running > 0) await whenIdle()
    },
  }
}
