/** Redis is reachable but rejects writes (OOM, READONLY, MISCONF) until the cause passes or an operator fixes it. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'

const AGAIN = 500

/** Whether an error means that Redis rejects writes. */
export const isWriteRejected = (error: unknown): boolean =>
  error instanceof Error &&
  /\b(OOM|EXECABORT|READONLY|MISCONF|NOREPLICAS|LOADING|MASTERDOWN)\b|^BUSY /.test(error.message)

/**
 * Retries until Redis accepts the writes; logs once that it waits.
 * @param work must be safe to run twice
 * @throws any other error of the work
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
      { redis: shown },
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
