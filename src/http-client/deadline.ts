/** Ends a fetch when its time is up or its caller aborts it, whichever comes first. */

import { setMaxListeners } from 'node:events'
import { Failure } from './failure.ts'

export interface Deadline {
  readonly signal: AbortSignal
  /**
   * Ends the fetch as a time-out.
   * @param what the message, saying what was late
   */
  late(what: string): void
  /** Removes the timer and the listener. The caller must call it when the fetch ends, however it ends. */
  clear(): void
}

/**
 * Creates a signal that is aborted by a timer and by an outer signal: far cheaper than AbortSignal.any and .timeout.
 */
export const createDeadline = (ms: number, outer: AbortSignal | undefined): Deadline => {
  const controller = new AbortController()
  const late = (what: string) => controller.abort(new Failure('timeout', what))
  const total = setTimeout(() => late(`not done within ${ms} ms`), ms)
  const pull = () => controller.abort(outer?.reason)
  // Every running fetch adds a listener: this is no leak.
  if (outer) setMaxListeners(0, outer)
  if (outer?.aborted) pull()
  else outer?.addEventListener('abort', pull, { once: true })
  return {
    signal: controller.signal,
    late,
    clear: () => {
      clearTimeout(total)
      outer?.removeEventListener('abort', pull)
    },
  }
}
