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
const MAX_ROUND_TRIP = 250

/** @param monotonic a clock in ms that is never set */
export const createClock = (redis: Pick<Redis, 'time'>, monotonic: () => number = () => performance.now()): Clock => {
  let offset = Date.now() - monotonic()
  let isSet = false
  return {
    now: () => Math.round(monotonic() + offset),
    async set() {
      const sentAt = monotonic()
      const [seconds = 0, micros = 0] = (await redis.time()).map(Number)
      const receivedAt = monotonic()
      if (isSet && receivedAt - sentAt > MAX_ROUND_TRIP) return
      // Assumes that Redis read its clock halfway between request and reply.
      offset = seconds * 1_000 + micros / 1_000 - (sentAt + receivedAt) / 2
      isSet = true
    },
  }
}
