/** The Redis of a running newsdesk for a command of the terminal, which waits for an answer only so long: `--timeout`. */

import type { Redis } from 'ioredis'
import { pino } from 'pino'
import type { Config } from '../config/load.ts'
import { showAddress } from '../config/redis-address.ts'
import { connectRedis } from '../redis/connect.ts'
import { createHealthCheck, type HealthCheck } from '../redis/health-check.ts'
import { NoRedisError, type RedisServer, resolveRedis } from '../redis/server.ts'
import { isConnectionError } from '../redis/transient-error.ts'
import { sleepUnlessAborted } from '../util/sleep.ts'
import { commandTimeout } from './timeout.ts'

export interface Connected {
  readonly server: RedisServer
  readonly redis: Redis
  /** One more, ended with all. */
  readonly connect: (purpose: string, options?: { readonly pipelined: boolean }) => Redis
}

/** ms between two questions. */
const AGAIN = 500

/** Asks until it is told to end. @returns once nothing was answered for as long as it may take: whether anything ever was */
const watchUntilUnresponsive = async (
  pulse: HealthCheck,
  ms: number,
  first: number,
  signal: AbortSignal,
): Promise<boolean> => {
  let hasAnswered = false
  let left = first
  while (!signal.aborted) {
    const asked = performance.now()
    const answers = await pulse.answers(left)
    hasAnswered ||= answers
    left = answers ? ms : left - (performance.now() - asked)
    // What is refused at once, as by a cluster that changes over, may be answered the next time.
    if (left <= 0) break
    await sleepUnlessAborted(Math.min(AGAIN, left), signal)
    if (!answers) left -= Math.min(AGAIN, left)
  }
  return hasAnswered
}

/**
 * Does something for as long as Redis answers; the work itself may take any time.
 * @param start whether a Redis of its own is started where none runs
 * @throws NoRedisError where there is none, or it does not answer (any more)
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
  let trouble = ''
  const connect: Connected['connect'] = (name, options) => {
    // What there is to say of a connection is said once, when it was waited for long enough.
    const made = connectRedis(server.address, pino({ level: 'silent' }), `${settings.prefix}:${name}`, options)
    made.on('error', (error: NodeJS.ErrnoException & { lastNodeError?: Error }) => {
      const { message } = error.lastNodeError ?? error
      trouble = message || (error.code ?? '')
    })
    connections.push(made)
    return made
  }
  const redis = connect(purpose)
  const over = new AbortController()
  const first = server.origin === 'configured' ? Math.max(ms / 10, ms - (performance.now() - began)) : ms
  const away = (hasAnswered: boolean): NoRedisError => {
    const why = trouble === '' ? '' : ` (${trouble})`
    const doubt = hasAnswered ? ' What it was asked last may be done or not: look before you do it again.' : ''
    return new NoRedisError(
      `Redis at ${showAddress(server.address)} does not answer${why}; waited ${ms / 1_000} s.${doubt}\nIs it up, is redis.url (NEWSDESK_REDIS_URL) right? --timeout 30s waits longer.`,
    )
  }
  const silent = watchUntilUnresponsive(createHealthCheck(redis, ms), ms, first, over.signal).then(hasAnswered => {
    if (over.signal.aborted) return new Promise<never>(() => undefined) // the work has ended: it is heard
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
    trouble ||= error.message
    isSilent = true
    throw away(true)
  } finally {
    over.abort()
    for (const connection of connections) connection.disconnect()
    if (!isSilent) await server.stop()
  }
}
