/** Tells the other processes that this one runs, keeps its clock set by that of Redis, and corrects what a clock ahead left behind. */

import { hostname } from 'node:os'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Role } from '../config/roles.ts'
import { SCHEMA } from '../maintenance/migrations/registry.ts'
import type { Clock } from '../redis/clock.ts'
import type { Keys } from '../redis/keys.ts'
import { DAEMONS_SWEPT } from '../use-cases/status.ts'

/** ms between two beats; a process that misses three is taken for dead. */
const BEAT = 5_000

export interface HeartbeatParts {
  readonly redis: Redis
  readonly keys: Keys
  /** Of this process. */
  readonly id: string
  readonly roles: readonly Role[]
  readonly clock: Pick<Clock, 'set'>
  /** Called after each look at the clock of Redis. */
  readonly onClockSet: () => Promise<void> | void
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}

export interface Heartbeat {
  /** Writes down that this process runs. */
  beat(): Promise<void>
  /** Beats from now on. @returns a function that ends it and withdraws this process */
  start(): () => Promise<void>
}

export const createHeartbeat = (parts: HeartbeatParts): Heartbeat => {
  const { redis, keys, id, roles, clock, onClockSet, log, now } = parts
  const key = keys.daemon(id)
  const beat = async (): Promise<void> => {
    const at = now()
    const entry = { id, roles: roles.join(','), host: hostname(), pid: process.pid, beatAt: at, schema: SCHEMA }
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
      const timer = setInterval(() => {
        if (redis.status !== 'ready') return
        Promise.all([beat(), clock.set().then(onClockSet)]).catch((error: unknown) =>
          log.debug({ err: error }, 'heartbeat not written; the next one follows'),
        )
      }, BEAT)
      return async () => {
        clearInterval(timer)
        // Where Redis is away or rejects writes, the entry expires by itself.
        if (redis.status === 'ready') await Promise.all([redis.del(key), redis.zrem(keys.daemons(), id)])
      }
    },
  }
}
