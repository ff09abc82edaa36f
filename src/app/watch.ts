/** Looks once a second whether something was changed from outside: the catalogue, the log level, data that is gone from Redis. */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Level } from '../domain/log-level.ts'
import type { Foundation } from '../maintenance/ensure-foundation.ts'
import { createOutageLog } from '../redis/transient-error.ts'
import { type LogLevels, levelFor } from '../use-cases/log-levels.ts'

/** ms between two looks. */
const LOOK = 1_000

export interface WatchParts {
  readonly redis: Pick<Redis, 'status'>
  readonly foundation: Pick<Foundation, 'look'>
  readonly levels: Pick<LogLevels, 'read'>
  /** Of this process. */
  readonly daemonId: string
  /** The level that is configured, as it stands now. */
  readonly configuredLevel: () => Level
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}

/** Starts looking. @returns a function that ends it and waits for the look in progress */
export const startWatch = (parts: WatchParts): (() => Promise<unknown>) => {
  const { redis, foundation, levels, daemonId, configuredLevel, log, now } = parts
  // A log that was made with another level than the configured one, as in the demo, keeps it.
  const followsConfiguration = log.level === configuredLevel()
  const adjustLevel = async (): Promise<void> => {
    const level = levelFor(await levels.read(), daemonId, configuredLevel(), now())
    if (log.level === level) return
    log.level = level
    log.warn({ level }, 'the log level was changed')
  }
  const look = async (): Promise<void> => {
    if (followsConfiguration) await adjustLevel()
    await foundation.look()
  }
  const logError = createOutageLog(log)
  let looking: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    if (redis.status !== 'ready') return
    looking = looking
      .then(look)
      .catch((error: unknown) =>
        logError(error, 'changes in Redis could not be read or acted on; trying again in a second'),
      )
  }, LOOK)
  return () => {
    clearInterval(timer)
    return looking
  }
}
