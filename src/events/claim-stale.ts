/** Claims events that a consumer read but did not count: a dead consumer, or this one before an interruption. */

import type { Redis } from 'ioredis'
import type { StreamEntry } from './batch.ts'
import { GROUP } from './counting.ts'

export interface ClaimParts {
  readonly redis: Redis
  readonly stream: string
  readonly consumer: string
  /** An event is claimed after it has been pending for this long, ms. */
  readonly after: number
  /** Events per call. */
  readonly batch: number
}

/** @param count counts and acknowledges the entries @returns how many were claimed */
export const claim = async (
  { redis, stream, consumer, after, batch }: ClaimParts,
  count: (entries: readonly StreamEntry[]) => Promise<unknown>,
): Promise<number> => {
  let cursor = '0-0'
  let taken = 0
  do {
    const [next, claimed] = (await redis.xautoclaim(
      ...([stream, GROUP, consumer, after, cursor, 'COUNT', batch] as const),
    )) as [string, (StreamEntry | null)[]]
    // Redis 6.2 returns null in place of a deleted entry.
    const entries = claimed.filter(entry => entry !== null)
    if (entries.length > 0) await count(entries)
    taken += entries.length
    cursor = next
  } while (cursor !== '0-0')
  return taken
}
