/**
 * Runs one tick of the clock on one replica, however many there are. The first replica holds a lease on the slot while the tick runs; the
 * others wait until it is done, and take the slot over when its holder stops extending the lease.
 */

import type { Redis } from 'ioredis'
import type { Keys } from '../src/redis/keys.ts'
import { withLease } from '../src/redis/lease.ts'
import { sleepUnlessAborted } from '../src/util/sleep.ts'

/** ms for which the slot of a dead holder stays taken: with the interval of the others' checks, it is taken over within 8 s. */
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

export interface Slot {
  /** Name of the tick and the moment it is for: the same in every replica. */
  readonly id: string
  /** ms for which nobody else may run it once it is done. */
  readonly keptFor: number
  /** Whether to wait while another runs it: for ticks that do not come again at once. */
  readonly isAwaited: boolean
}

/**
 * Runs it here, elsewhere, or here after elsewhere died. A replica that stalls in the middle of a tick loses the slot, and the tick may run
 * twice; ticks allow that. A tick that failed is done as well: the failure is logged, and the next tick makes up for it.
 * @returns whether it was run here
 */
export const runSlot = async (
  { id, keptFor, isAwaited }: Slot,
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
