/**
 * One clock for all daemons: that of Redis, asked now and then and carried on by what measures spans, so that a machine whose clock is off, or
 * is set while it runs, dates and schedules nothing wrongly. Until Redis has answered it is the machine's own.
 */

import type { Redis } from 'ioredis'

export interface Clock {
  /** ms since the epoch, whole. */
  now(): number
  /** Asks Redis. @throws what the connection throws */
  set(): Promise<void>
}

/** An answer that took longer than this says too little, ms: it is not believed where one before it was. */
const VAGUE = 250

/** @param monotonic ms that only ever rise with time */
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
