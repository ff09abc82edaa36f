/** Sleeping that a signal can abort. */

import { setTimeout as delay } from 'node:timers/promises'

/** Waits that many ms, or until the signal is aborted. Never throws: a loop that sleeps checks its signal itself. */
export const sleepUnlessAborted = async (ms: number, signal: AbortSignal | undefined): Promise<void> => {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal?.aborted) throw error
  })
}
