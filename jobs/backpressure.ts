/**
 * Crawls no faster than articles are taken in. What is fetched and waits is no longer fresh when its turn comes: a publisher is better asked
 * a little later. (docs/decisions/0012)
 */

import { setTimeout as delay } from 'node:timers/promises'

export interface Backpressure {
  /** Waits until few batches wait to be taken in, or for as long as it may. */
  waitForCapacity(): Promise<void>
}

export interface BackpressureParts {
  /** Batches that wait to be taken in. */
  readonly waiting: () => Promise<number>
  /** Of them, so many are few. */
  readonly few: () => number
  /** ms that a crawl waits at most: where nobody takes in, feeds are fetched on, so that no news leaves them unseen. */
  readonly longest: number
  /** Whether this process is about to end: then nothing is waited for. */
  readonly isEnding: () => boolean
}

/** ms between two looks, shared by all crawls of a process. */
const LOOK = 20

export const createBackpressure = ({ waiting, few, longest, isEnding }: BackpressureParts): Backpressure => {
  /** Crawls that may begin until the next look. */
  let room = Number.POSITIVE_INFINITY
  let wasEmpty = true
  let looked = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | null = null

  const look = async (): Promise<void> => {
    const count = await waiting()
    // Nothing waited twice: crawls bring little, and need no leave. Else as many as there is room for, if each brings one.
    room = count === 0 && wasEmpty ? Number.POSITIVE_INFINITY : Math.max(0, few() - count)
    wasEmpty = count === 0
    looked = performance.now()
  }

  const mayBegin = async (): Promise<boolean> => {
    if (performance.now() - looked > LOOK) {
      looking ??= look().finally(() => {
        looking = null
      })
      await looking
    }
    if (room <= 0) return false
    room -= 1
    return true
  }

  return {
    async waitForCapacity() {
      const until = performance.now() + longest
      while (!isEnding() && !(await mayBegin()) && performance.now() < until) await delay(LOOK)
    },
  }
}
