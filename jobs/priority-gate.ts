/**
 * One process has one event loop. Lists that readers wait for are ranked and written before anything that only empties a queue goes on:
 * without it a cold ingest makes every list wait behind the articles of all sources. (docs/decisions/0012)
 */

import type { PriorityGate } from '../src/lists/publisher.ts'
import { yieldToEventLoop } from '../src/util/slices.ts'

/**
 * `giveWay`, asked between slices of a few ms, lets everything else have its turn and waits for what goes first.
 * @param longest ms it waits at most, so that lists that change without end hold up no articles for ever
 */
export const createPriorityGate = ({ longest }: { longest: number }): PriorityGate => {
  let running = 0
  let idle: (() => void)[] = []

  const whenIdle = (): Promise<void> =>
    new Promise(resolve => {
      const timer = setTimeout(resolve, longest)
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
          for (const go of waiting) go()
        }
      }
    },

    async yieldToLists() {
      await yieldToEventLoop()
      if (running > 0) await whenIdle()
    },
  }
}
