/**
 * One clock for all daemons: that of Redis, read now and then and extrapolated with a monotonic clock, so that a
 * machine whose clock is wrong, or is set while running, dates and schedules nothing wrongly. Until Redis has answered,
 * it is the machine's own clock.
 */

import type { Redis } from 'ioredis'

export interface Clock {
  /** Whole ms since the epoch. */
  now(): number
  /** Synchronises with Redis. @throws what the connection throws */
  set(): Promise<void>
}

/** A reply that took longer than this is too imprecise, ms: it is ignored once a better one was had. */
const VAGUE = 250

/** @param monotonic a clock in ms that is never set */
export const createClock = (redis: Pick<Redis, 'time'>, monotonic: () => number = () => performance.now()): Clock => {
  let ahead = Date.now() - monotonic()
  let isSet = false
  return {
    now: () => Math.round(monotonic() + ahead),
    async set() {
      const asked = monotonic()
      const [seconds = 0, micros = 0] = (await redis.time()).map(Number)
      const answered = monotonic()
      if (isSet && answered - asked > VAGUE) return
      // Assumes that Redis read its clock halfway between request and reply.
      ahead = seconds * 1_000 + micros / 1_000 - (asked + answered) / 2
      isSet = true
    },
  }
}
