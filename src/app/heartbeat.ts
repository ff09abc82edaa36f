/**
 * Tells the other processes that this one runs, sets its clock by that of Redis, and corrects data that was written
 * while a clock was ahead.
 */

import { hostname } from 'node:os'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Role } from '../config/roles.ts'
import { SCHEMA } from '../maintenance/migrations/schema.ts'
import type { Clock } from '../redis/clock.ts'
import type { Keys } from '../redis/keys.ts'
import { isWriteRejected } from '../redis/write-rejected.ts'
import type { WriteWatch } from '../redis/write-watch.ts'
import { DAEMONS_SWEPT } from '../use-cases/status.ts'
import { version } from '../util/version.ts'

/** ms between two heartbeats; a process that misses three counts as dead. */
const BEAT = 5_000

export interface HeartbeatParts {
  readonly redis: Redis
  readonly keys: Keys
  /** Of this process. */
  readonly id: string
  readonly roles: readonly Role[]
  readonly clock: Pick<Clock, 'set'>
  readonly writes: Pick<WriteWatch, 'accepted'>
  /** What is wrong with the configuration that this process was told to reload; empty if it runs with that. */
  readonly rejectedConfig: () => string
  /** Called each time the clock of Redis was read. */
  readonly onClockSet: () => Promise<void> | void
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}

export interface Heartbeat {
  /** Records that this process runs. */
  beat(): Promise<void>
  /** Starts the heartbeat. @returns a function that stops it and removes the record of this process */
  start(): () => Promise<void>
}

export const createHeartbeat = (parts: HeartbeatParts): Heartbeat => {
  const { redis, keys, id, roles, clock, writes, rejectedConfig, onClockSet, log, now } = parts
  const key = keys.daemon(id)
  const startedAt = now()
  const beat = async (): Promise<void> => {
    const at = now()
    const entry = {
      ...{ id, version, roles: roles.join(','), host: hostname(), pid: process.pid },
      ...{ startedAt, beatAt: at, schema: SCHEMA, rejectedConfig: rejectedConfig() },
    }
    await Promise.all([
      redis
        .multi()
        .hset(key, entry)
        .pexpire(key, BEAT * 3)
        .exec(),
      redis.zadd(keys.daemons(), at, id),
      redis.zremrangebyscore(keys.daemons(), '-inf', at - DAEMONS_SWEPT),
    ])
  }
  return {
    beat,
    start() {
      const stopping = new AbortController()
      let isWaiting = false
      const turn = (): void => {
        if (redis.status !== 'ready' || stopping.signal.aborted) return
        Promise.all([beat(), clock.set().then(onClockSet)]).catch((error: unknown) => {
          log.debug({ event: 'daemon.heartbeat_failed', err: error }, 'heartbeat not written; the next one follows')
          // The record has expired meanwhile: nobody should read that no daemon runs until the next beat is due.
          if (isWaiting || !isWriteRejected(error)) return
          isWaiting = true
          writes
            .accepted(stopping.signal)
            .finally(() => {
              isWaiting = false
            })
            .then(turn)
        })
      }
      const timer = setInterval(turn, BEAT)
      return async () => {
        clearInterval(timer)
        stopping.abort()
        // If Redis is unreachable or rejects writes, the record expires by itself.
        if (redis.status === 'ready') await Promise.all([redis.del(key), redis.zrem(keys.daemons(), id)])
      }
    },
  }
}
