/** Redis is reachable but rejects writes (OOM, READONLY, MISCONF) until the cause passes or an operator fixes it. */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'

/** Whether an error means that Redis rejects writes. A master that became a replica says so to what waits on it. */
export const isWriteRejected = (error: unknown): boolean =>
  error instanceof Error &&
  /\b(OOM|EXECABORT|READONLY|MISCONF|NOREPLICAS|LOADING|MASTERDOWN)\b|^BUSY |^UNBLOCKED force/.test(error.message)

/** Delay before a process logs what it waits for, and between two such lines, ms. */
const LOG_AFTER = 3_000
const LOG_EVERY = 60_000

/**
 * Waits for Redis's first answer however long it takes, and logs that it does: otherwise a process whose Redis never
 * answers (a firewall drops its packets, for instance) would look dead.
 * @param shown the address, without its password
 */
export const firstAnswer = async (redis: Redis, shown: string, log: Logger): Promise<void> => {
  const say = (): void =>
    log.warn(
      { event: 'redis.unanswered', redis: shown },
      `Waiting for Redis at ${shown}, which does not answer; newsdesk starts as soon as it does. If the address is wrong, correct redis.url (NEWSDESK_REDIS_URL); SIGTERM or Ctrl-C ends the waiting`,
    )
  let timer = setTimeout(function again() {
    if (redis.status === 'end') return
    say()
    timer = setTimeout(again, LOG_EVERY).unref()
  }, LOG_AFTER).unref()
  try {
    await redis.ping()
  } finally {
    clearTimeout(timer)
  }
}
