/**
 * Runs one tick in one replica, however many there are. The first replica holds a lease on the slot while the tick
 * runs; the others wait until it is done, and take the slot over when its holder stops extending the lease.
 */

import type { Redis } from 'ioredis'
import type { Keys } from '../src/redis/keys.ts'
import { withLease } from '../src/redis/lease.ts'
import { sleepUnlessAborted } from '../src/util/sleep.ts'

/**
 * Lifetime of the lease, ms: if its holder dies, another replica takes over within 8 s, including the interval between
 * its checks.
 */
const LEASE = 6_000
const CHECK_EVERY = 2_000
const DONE = 'done'

export interface SlotParts {
  readonly redis: Redis
  readonly keys: Keys
  /** Of this replica. */
  readonly daemonId: string
  readonly signal: AbortSignal
}

export interface TickSlot {
  /** Name of the tick and the moment it is for: the same in every replica. */
  readonly id: string
  /** ms for which no other replica may run it once it is done. */
  readonly keptFor: number
  /** Whether other replicas wait while one runs it, to take over if it dies: for ticks that are not repeated soon. */
  readonly isAwaited: boolean
}

/**
 * Runs the tick here, or waits for the replica that runs it and takes over if that dies. A replica that stalls during a
 * tick loses the slot, and the tick may run twice; ticks allow that. A failed tick counts as done: the failure is
 * logged, and the next tick makes up for it.
 * @returns whether it ran here
 */
export const runSlot = async (
  { id, keptFor, isAwaited }: TickSlot,
  run: () => Promise<void>,
  { redis, keys, daemonId, signal }: SlotParts,
): Promise<boolean> => {
  const key = keys.tick(id)
  const wanted = { redis, key, ms: LEASE, holder: daemonId }
  for (;;) {
    if ((await withLease(wanted, run, { value: DONE, ms: keptFor })) !== null) return true
    if (!isAwaited || (await redis.get(key)) === DONE) return false
    await sleepUnlessAborted(CHECK_EVERY, signal)
    if (signal.aborted) return false
  }
}
