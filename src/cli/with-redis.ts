/** Connects a command to the Redis of a running newsdesk, and gives up when Redis does not reply within `--timeout`. */

import type { Redis } from 'ioredis'
import type { Config } from '../config/load.ts'
import { showAddress } from '../config/redis-address.ts'
import { connectRedis } from '../redis/connect.ts'
import { createHealthCheck, type HealthCheck } from '../redis/health-check.ts'
import { NoRedisError } from '../redis/no-redis.ts'
import { type RedisServer, resolveRedis } from '../redis/server.ts'
import { isConnectionError } from '../redis/transient-error.ts'
import { sleepUnlessAborted } from '../util/sleep.ts'
import { commandTimeout } from './timeout.ts'

export interface Connected {
  readonly server: RedisServer
  readonly redis: Redis
  /** Opens another connection, closed with the others. */
  readonly connect: (purpose: string, options?: { readonly pipelined: boolean }) => Redis
}

const say = () => undefined
/** Commands print rather than log. */
const SILENT = { error: say, warn: say, info: say }

/** ms between two health checks. */
const CHECK_INTERVAL = 500

/** Checks Redis until aborted. @returns when Redis has not replied for the timeout: whether it ever replied */
const watchUntilUnresponsive = async (
  health: HealthCheck,
  ms: number,
  first: number,
  signal: AbortSignal,
): Promise<boolean> => {
  let hasAnswered = false
  let left = first
  while (!signal.aborted) {
    const asked = performance.now()
    const answers = await health.answers(left)
    hasAnswered ||= answers
    left = answers ? ms : left - (performance.now() - asked)
    // A request that is refused immediately, as by a cluster during failover, may succeed the next time.
    if (left <= 0) break
    await sleepUnlessAborted(Math.min(CHECK_INTERVAL, left), signal)
    if (!answers) left -= Math.min(CHECK_INTERVAL, left)
  }
  return hasAnswered
}

/**
 * Runs work with a connection for as long as Redis replies; the work itself may take any time.
 * @param start whether to start a Redis if redis.url is empty and none runs
 * @throws NoRedisError if there is no Redis, or it stops replying
 */
export const withRedis = async <T>(
  { redis: settings }: Pick<Config['settings'], 'redis'>,
  { start, purpose }: { readonly start: boolean; readonly purpose: string },
  work: (connected: Connected) => Promise<T>,
): Promise<T> => {
  const { ms } = commandTimeout
  const began = performance.now()
  const server = await resolveRedis({
    ...{ url: settings.url, access: settings, dataDir: settings.dataDir, start, within: ms },
    say: line => console.error(line),
  })
  const connections: Redis[] = []
  let lastError = ''
  const connect: Connected['connect'] = (name, options) => {
    // Connection errors are reported once, when the timeout has passed.
    const made = connectRedis(server.address, SILENT, `${settings.prefix}:${name}`, options)
    made.on('error', (error: NodeJS.ErrnoException & { lastNodeError?: Error }) => {
      const { message } = error.lastNodeError ?? error
      lastError = message || (error.code ?? '')
    })
    connections.push(made)
    return made
  }
  const redis = connect(purpose)
  const over = new AbortController()
  const first = server.origin === 'configured' ? Math.max(ms / 10, ms - (performance.now() - began)) : ms
  const away = (hasAnswered: boolean): NoRedisError => {
    const why = lastError === '' ? '' : ` (${lastError})`
    const doubt = hasAnswered ? ' The last operation may have been carried out or not: check before you repeat it.' : ''
    return new NoRedisError(
      `Redis at ${showAddress(server.address)} does not answer${why}; waited ${ms / 1_000} s.${doubt}\nCheck that Redis runs and that redis.url (NEWSDESK_REDIS_URL) is right, or wait longer with --timeout 30s.`,
    )
  }
  const silent = watchUntilUnresponsive(createHealthCheck(redis, ms), ms, first, over.signal).then(hasAnswered => {
    if (over.signal.aborted) return new Promise<never>(() => undefined) // the work has ended: its result counts
    throw away(hasAnswered)
  })
  let isSilent = false
  silent.catch(() => {
    isSilent = true
  })
  try {
    return await Promise.race([work({ server, redis, connect }), silent])
  } catch (error) {
    if (!(error instanceof Error && isConnectionError(error)) || 'syscall' in error) throw error
    lastError ||= error.message
    isSilent = true
    throw away(true)
  } finally {
    over.abort()
    for (const connection of connections) connection.disconnect()
    if (!isSilent) await server.stop()
  }
}
