/**
 * Keeps crawls from outrunning ingestion. A feed that waits for long after it was fetched is stale when it is ingested:
 * it is better fetched a little later. (docs/decisions/0012)
 */

import { setTimeout as delay } from 'node:timers/promises'

export interface Backpressure {
  /** Resolves once few batches wait to be ingested, or after the maximum wait. */
  waitForCapacity(): Promise<void>
}

export interface BackpressureParts {
  /** Number of batches that wait to be ingested. */
  readonly countBacklog: () => Promise<number>
  /** Backlog size below which crawls start immediately. */
  readonly maxBacklog: () => number
  /**
   * Maximum wait of a crawl, ms. If nothing is ingested at all, feeds are fetched regardless, so that no item drops out
   * of its feed unseen.
   */
  readonly maxWait: number
  /** Whether this process is stopping: then crawls do not wait. */
  readonly isStopping: () => boolean
}

/** ms between two reads of the backlog, which all crawls of a process share. */
const READ_INTERVAL = 20

export const createBackpressure = ({
  countBacklog,
  maxBacklog,
  maxWait,
  isStopping,
}: BackpressureParts): Backpressure => {
  /** Crawls that may start before the next read. */
  let capacity = Number.POSITIVE_INFINITY
  let wasEmpty = true
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | null = null

  const readBacklog = async (): Promise<void> => {
    const count = await countBacklog()
    // The backlog was empty twice in a row: crawls bring few items, and start freely. Otherwise start as many as there
    // is capacity for, if each brings one batch.
    capacity = count === 0 && wasEmpty ? Number.POSITIVE_INFINITY : Math.max(0, maxBacklog() - count)
    wasEmpty = count === 0
    readAt = performance.now()
  }

  const mayStart = async (): Promise<boolean> => {
    if (performance.now() - readAt > READ_INTERVAL) {
      reading ??= readBacklog().finally(() => {
        reading = null
      })
      await reading
    }
    if (capacity <= 0) return false
    capacity -= 1
    return true
  }

  return {
    async waitForCapacity() {
      const until = performance.now() + maxWait
      while (!isStopping() && !(await mayStart()) && performance.now() < until) await delay(READ_INTERVAL)
    },
  }
}
