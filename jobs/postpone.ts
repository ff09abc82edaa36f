/** Puts jobs back for a while, without counting an attempt, whatever this machine's clock says. */

import { setTimeout as delay } from 'node:timers/promises'
import { DelayedError, type Job } from 'bullmq'

/** Tolerated difference between the machine's clock and that of Redis, ms. */
const MAX_CLOCK_SKEW = 2_000
/** Maximum ms to wait here where clocks differ. */
const MAX_DELAY = 1_000

/**
 * Whether this machine's clock is off: BullMQ compares with it, so that a delayed job might wait for a day.
 * @param now ms since the epoch, by the clock that all daemons share
 */
export const isSkewed = (now: number): boolean => Math.abs(Date.now() - now) > MAX_CLOCK_SKEW

/** @throws DelayedError always: it tells BullMQ that the job is not done */
export type Postpone = (job: Job, ms: number, token?: string) => Promise<never>

export const createPostpone =
  (now: () => number): Postpone =>
  async (job, ms, token) => {
    const skewed = isSkewed(now())
    if (skewed) await delay(Math.min(ms, MAX_DELAY))
    await job.moveToDelayed(now() + ms, token)
    // Otherwise the job would wait until this clock catches up.
    if (skewed) await job.promote().catch(() => undefined) // another process has promoted it
    throw new DelayedError()
  }
