/**
 * The clock that all daemons share: that of Redis. It is read from time to time and continued with the monotonic clock
 * of this process, so that a machine whose clock is wrong, or is set while it runs, causes no wrong dates. Until Redis
 * has answered, it is the machine's own clock.
 */

import type { Redis } from 'ioredis'

export interface Clock {
  /** The time, whole ms since the epoch. */
  now(): number
  /** Reads the clock of Redis. @throws what the connection throws */
  set(): Promise<void>
}

/** Answers that took longer than this are too inexact, ms: they are ignored if there was a better one before. */
const VAGUE = 250

/** @param monotonic reads a monotonic clock, ms */
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
      // It was so late there in between.
      ahead = seconds * 1_000 + micros / 1_000 - (asked + answered) / 2
      isSet = true
    },
  }
}
