/**
 * Watches whether Redis accepts writes, for all loops of a process: logs one line when Redis begins to reject them and
 * one when it accepts them again, the same of a Redis that stops answering, and lets the loops wait meanwhile. A Redis at its limit of memory accepts some writes
 * and rejects others: that is one rejection, which ends when none was seen for a while.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { TimeoutError, withTimeout } from './health-check.ts'
import type { Store } from './store.ts'
import { explainRejection, probeWrites, type WriteRejection } from './write-check.ts'
import { isWriteRejected } from './write-rejected.ts'

/** ms between two probes; after a rejection, each second. */
const PROBE_EVERY = 5
const TURN = 1_000
const TIMEOUT = 2_000
/** A rejection has ended when none was seen for this long, ms. */
const QUIET = 4_000
/** Between two tries of work that waits for writes, ms. */
const RETRY_PAUSE = 100

export interface WriteWatch {
  /** Why Redis rejects writes; null if it accepts them. */
  rejection(): WriteRejection | null
  /** Takes notice of an error that a loop met. @returns whether it is a rejected write, which is then logged here */
  note(error: unknown): boolean
  /** Resolves when Redis accepts a write again, when the signal is aborted, or when the watch stops. */
  accepted(signal?: AbortSignal): Promise<void>
  /** Stops the watch, and waits for the probe in progress. */
  stop(): Promise<void>
}

export interface WriteWatchParts extends Store {
  readonly log: Logger
  /** A clock in ms that is never set. */
  readonly elapsed?: () => number
}

export const createWriteWatch = (parts: WriteWatchParts): WriteWatch => {
  const { log, elapsed = () => performance.now() } = parts
  let rejection: WriteRejection | null = null
  let beganAt = 0
  let seenAt = 0
  let explaining: Promise<void> | null = null
  let waiting: (() => void)[] = []
  let isStopped = false
  let isSilent = false

  const explain = async (error: Error): Promise<void> => {
    const explained = await explainRejection(parts, error)
    rejection = explained
    const { code, text, fix } = explained
    log.warn(
      { event: 'redis.rejects_writes', code, reason: error.message, fix },
      `${text}; newsdesk waits until it accepts them`,
    )
  }

  const seen = (error: Error): void => {
    seenAt = elapsed()
    if (rejection !== null || explaining !== null || isStopped) return
    beganAt = seenAt
    explaining = explain(error).finally(() => {
      explaining = null
    })
  }

  const release = (): void => {
    const released = waiting
    waiting = []
    for (const go of released) go()
  }

  const accept = (): void => {
    release()
    if (rejection === null || explaining !== null || elapsed() - seenAt < QUIET) return
    const { code } = rejection
    rejection = null
    log.info({ event: 'redis.accepts_writes', code, ms: Math.round(elapsed() - beganAt) }, 'Redis accepts writes again')
  }

  /** Its connection stays open, and notices only after a while. */
  const silent = (): void => {
    if (!isSilent)
      log.warn({ event: 'redis.silent' }, 'Redis holds the connection open and does not answer; waiting for it')
    isSilent = true
  }

  /** A Redis that cannot be reached is reported by its connection. */
  const probe = async (): Promise<void> => {
    try {
      const refusal = await withTimeout(probeWrites(parts), TIMEOUT)
      if (isSilent) log.info({ event: 'redis.answers' }, 'Redis answers again')
      isSilent = false
      if (refusal === null) accept()
      else seen(refusal)
    } catch (error) {
      if (error instanceof TimeoutError && parts.redis.status === 'ready') return silent()
      log.debug(
        { event: 'redis.probe_failed', err: error },
        'whether Redis accepts writes could not be found out; trying again',
      )
    }
  }

  let turn = 0
  let probing: Promise<void> | null = null
  const timer = setInterval(() => {
    turn += 1
    const isDue = rejection !== null || waiting.length > 0 || turn % PROBE_EVERY === 0
    if (!isDue || probing !== null || parts.redis.status !== 'ready') return
    probing = probe().finally(() => {
      probing = null
    })
  }, TURN)
  timer.unref()

  return {
    rejection: () => rejection,
    note(error) {
      if (!(error instanceof Error) || !isWriteRejected(error)) return false
      seen(error)
      return true
    },
    async accepted(signal) {
      if (isStopped || signal?.aborted) return
      await new Promise<void>(resolve => {
        const go = (): void => {
          signal?.removeEventListener('abort', go)
          resolve()
        }
        signal?.addEventListener('abort', go)
        waiting.push(go)
      })
    },
    async stop() {
      isStopped = true
      clearInterval(timer)
      release()
      await probing
      await explaining
    },
  }
}

/**
 * Repeats work until Redis accepts its writes.
 * @param work must be safe to run twice
 * @throws any other error of the work
 */
export const retryUntilWritable = async (
  writes: Pick<WriteWatch, 'note' | 'accepted'>,
  work: () => Promise<unknown>,
): Promise<void> => {
  for (;;) {
    try {
      await work()
      return
    } catch (error) {
      if (!writes.note(error)) throw error
      await writes.accepted()
      // A watch that has stopped waits for nothing, while the connection is not closed yet.
      await delay(RETRY_PAUSE)
    }
  }
}
