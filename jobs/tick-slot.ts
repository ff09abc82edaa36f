/**
 * One tick of the clock, run by one replica however many there are. Whoever is first holds the slot for as long as it runs and beats; the
 * others look on until it is done, and take it over where the holder went silent.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Keys } from '../src/redis/keys.ts'

/** ms without a beat after which a slot is taken from its holder: with the look of the others, it is taken up within 8 s. */
const SILENT = 6_000
const BEAT = 2_000
const LOOK = 2_000
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
  readonly kept: number
  /** Whether to look on while another runs it: for ticks that do not come again at once. */
  readonly isAwaited: boolean
}

const pause = (ms: number, signal: AbortSignal): Promise<unknown> =>
  delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })

/** Runs it here, elsewhere, or here after elsewhere died. @returns whether it was run here */
export const runSlot = async (
  { id, kept, isAwaited }: Slot,
  run: () => Promise<void>,
  { redis, keys, daemonId, signal }: SlotParts,
): Promise<boolean> => {
  const key = keys.tick(id)
  for (;;) {
    if ((await redis.set(key, daemonId, 'PX', SILENT, 'NX')) === 'OK') break
    if (!isAwaited || (await redis.get(key)) === DONE) return false
    await pause(LOOK, signal)
    if (signal.aborted) return false
  }
  const beat = setInterval(() => {
    redis.pexpire(key, SILENT).catch(() => undefined) // silent for too long, another takes over: what it runs can be run twice
  }, BEAT)
  try {
    await run()
  } finally {
    clearInterval(beat)
    // Also where it failed: that is logged, and the next tick makes up for it.
    await redis.set(key, DONE, 'PX', kept)
  }
  return true
}
