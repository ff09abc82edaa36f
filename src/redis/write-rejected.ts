/** A Redis that answers and takes nothing: it is full, follows another, or cannot write its file. It passes by itself, or somebody mends it. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'

const AGAIN = 500

/** Whether an error says that Redis takes no writes now. */
export const isWriteRejected = (error: unknown): boolean =>
  error instanceof Error &&
  /\b(OOM|EXECABORT|READONLY|MISCONF|NOREPLICAS|LOADING|MASTERDOWN)\b|^BUSY /.test(error.message)

/**
 * Does something as soon as Redis takes it; says once that it waits.
 * @param work what may be done twice
 * @throws whatever else it throws
 */
export const retryUntilWritable = async (log: Logger, work: () => Promise<unknown>): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      await work()
      return
    } catch (error) {
      if (!isWriteRejected(error)) throw error
      if (tries === 1) log.warn({ reason: (error as Error).message }, 'Redis takes nothing now; waiting for it to')
      await delay(AGAIN)
    }
  }
}
