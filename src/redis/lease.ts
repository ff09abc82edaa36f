/**
 * A lease: a lock in Redis that expires by itself unless its holder extends it, so that a dead process blocks nobody
 * for long.
 *
 * A holder that stalls for longer than the lease lasts (a long pause, a lost connection) has lost it, and another may
 * hold it. When it comes back it can neither extend nor release the other's lease, since both compare the token in one
 * script. Its work may still run meanwhile: either that work can safely run twice, or it checks `isExpired()` before
 * each step, or its last step compares the token in its own script.
 */

import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { loadScript, runScript } from './script.ts'

const acquireScript = loadScript(new URL('./acquire-lease.lua', import.meta.url))
const extendScript = loadScript(new URL('./extend-lease.lua', import.meta.url))
const releaseScript = loadScript(new URL('./release-lease.lua', import.meta.url))

/** Left in place of a lease for a while: tells other processes that the work is done. */
export interface DoneMark {
  /** Not empty, and not the token of a lease. */
  readonly value: string
  /** How long it stays, ms. */
  readonly ms: number
}

export interface Lease {
  /** Differs for every lease acquired; scripts compare it. */
  readonly token: string
  /**
   * Whether it may have expired, by this process's own monotonic clock: true once it was lost, and after a stall. Does
   * not query Redis.
   */
  isExpired(): boolean
  /** @returns false if it expired or another holds it; then it is lost for good */
  extend(): Promise<boolean>
  /** @returns false if it expired or another holds it; the other's lease is left alone */
  release(mark?: DoneMark): Promise<boolean>
}

export interface LeaseWanted {
  readonly redis: Redis
  readonly key: string
  /** It expires after this long unless it is extended, ms. */
  readonly ms: number
  /** Name of the holder, for people who inspect the key; the token begins with it. */
  readonly holder?: string
}

/** @returns the lease, or null if another holds it */
export const acquireLease = async ({ redis, key, ms, holder }: LeaseWanted): Promise<Lease | null> => {
  const token = holder === undefined ? randomUUID() : `${holder}:${randomUUID()}`
  // Counted from before the command was sent: it expires here no later than in Redis.
  let expiresAt = performance.now() + ms
  if ((await runScript(redis, acquireScript, [key], [token, ms])) !== 1) return null
  return {
    token,
    isExpired: () => performance.now() >= expiresAt,
    async extend() {
      const sentAt = performance.now()
      const isHeld = (await runScript(redis, extendScript, [key], [token, ms])) === 1
      expiresAt = isHeld ? sentAt + ms : Number.NEGATIVE_INFINITY
      return isHeld
    },
    async release(mark) {
      expiresAt = Number.NEGATIVE_INFINITY
      return (await runScript(redis, releaseScript, [key], [token, mark?.value ?? '', mark?.ms ?? 0])) === 1
    },
  }
}

/**
 * Acquires a lease, runs the work while extending the lease, and releases it however the work ends.
 * @param mark what to leave in place of the lease
 * @returns the result of the work, or null if another holds the lease
 */
export const withLease = async <Result>(
  wanted: LeaseWanted,
  work: (lease: Lease) => Promise<Result>,
  mark?: DoneMark,
): Promise<{ readonly result: Result } | null> => {
  const lease = await acquireLease(wanted)
  if (!lease) return null
  // A failed extension is retried at the next interval; after the third failure the lease has expired, which
  // `isExpired` reports.
  const beat = setInterval(() => void lease.extend().catch(() => undefined), wanted.ms / 3)
  try {
    return { result: await work(lease) }
  } finally {
    clearInterval(beat)
    await lease.release(mark)
  }
}
