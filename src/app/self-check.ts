/** Makes a process that publishes lists check itself at intervals, one list at a time (src/lists/self-check.ts). */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { SelfCheckResult } from '../lists/self-check.ts'
import { createOutageLog } from '../redis/transient-error.ts'

/** ms between two checks; they are rare because ranking a list without a cache may read thousands of stories. */
const CHECK_INTERVAL = 5 * 60_000
/** Maximum number of differing entries that are logged. */
const MAX_LOGGED = 3

export interface SelfCheckRunParts {
  readonly redis: Pick<Redis, 'status'>
  readonly checkNext: () => Promise<SelfCheckResult | null>
  /** Records the outcome of a check. */
  readonly onChecked: (isSame: boolean) => void
  readonly log: Logger
  /** ms between two checks. */
  readonly every?: number
}

/** Starts checking. @returns a function that stops it and waits for the check in progress */
export const startSelfCheck = (parts: SelfCheckRunParts): (() => Promise<unknown>) => {
  const { redis, checkNext, onChecked, log, every = CHECK_INTERVAL } = parts
  const check = async (): Promise<void> => {
    const result = await checkNext()
    if (!result) return
    const { list, differing } = result
    onChecked(differing.length === 0)
    if (differing.length > 0)
      log.error(
        { event: 'list.differs', list, entries: differing.length, differing: differing.slice(0, MAX_LOGGED) },
        'a list is ranked otherwise than by a process that has just started: restart this one, and report it',
      )
  }
  const logError = createOutageLog(log)
  let checking: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    if (redis.status !== 'ready') return
    checking = checking
      .then(check)
      .catch((error: unknown) => logError(error, { event: 'list.check_failed' }, 'a list could not be checked'))
  }, every)
  return () => {
    clearInterval(timer)
    return checking
  }
}
