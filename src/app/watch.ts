/** Checks once a second for changes from outside: the catalogue, rules, the log level, data missing from Redis. */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Level } from '../domain/log-level.ts'
import type { Foundation } from '../maintenance/ensure-foundation.ts'
import { createOutageLog } from '../redis/transient-error.ts'
import type { RulesInForce } from '../use-cases/item-rules/rules-in-force.ts'
import { type LogLevels, levelFor } from '../use-cases/log-levels.ts'

/** ms between two checks. */
const CHECK_INTERVAL = 1_000

export interface WatchParts {
  readonly redis: Pick<Redis, 'status'>
  readonly foundation: Pick<Foundation, 'look'>
  readonly itemRules: Pick<RulesInForce, 'refresh' | 'list' | 'problems'>
  readonly levels: Pick<LogLevels, 'read'>
  /** Of this process. */
  readonly daemonId: string
  /** The configured level as of now. */
  readonly configuredLevel: () => Level
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}

/** Starts checking. @returns a function that stops it and waits for the check in progress */
export const startWatch = (parts: WatchParts): (() => Promise<unknown>) => {
  const { redis, foundation, itemRules, levels, daemonId, configuredLevel, log, now } = parts
  // A logger created with another level than the configured one, as in the demo, keeps it.
  const followsConfiguration = log.level === configuredLevel()
  const adjustLevel = async (): Promise<void> => {
    const level = levelFor(await levels.read(), daemonId, configuredLevel(), now())
    if (log.level === level) return
    log.level = level
    log.warn({ event: 'log.level_changed', to: level }, 'the log level was changed')
  }
  let rules = itemRules.list()
  const followRules = async (): Promise<void> => {
    await itemRules.refresh()
    // Changed in Redis, by a reload, or by a page of this process.
    if (itemRules.list() === rules) return
    rules = itemRules.list()
    log.info({ event: 'rules.changed', count: itemRules.list().length }, 'the rules were changed')
    for (const problem of itemRules.problems())
      log.warn({ event: 'rules.problem', reason: problem }, 'a live rule has no effect')
  }
  const check = async (): Promise<void> => {
    if (followsConfiguration) await adjustLevel()
    await Promise.all([foundation.look(), followRules()])
  }
  const logError = createOutageLog(log)
  let checking: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    if (redis.status !== 'ready') return
    checking = checking
      .then(check)
      .catch((error: unknown) =>
        logError(
          error,
          { event: 'daemon.watch_failed' },
          'changes in Redis could not be read or applied; trying again in a second',
        ),
      )
  }, CHECK_INTERVAL)
  return () => {
    clearInterval(timer)
    return checking
  }
}
