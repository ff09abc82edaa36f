/** Claims events that a consumer read but did not count: a dead one, or this one before an interruption. */

import type { Redis } from 'ioredis'
import type { StreamEntry } from './batch.ts'
import { GROUP } from './counting.ts'

export interface ClaimParts {
  readonly redis: Redis
  readonly stream: string
  readonly consumer: string
  /** ms in other hands after which an event is taken over. */
  readonly after: number
  /** Events at a time. */
  readonly batch: number
}

/** @param count counts and acknowledges them @returns how many were taken over */
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
    // Where an entry was deleted, Redis 6.2 answers null in its place.
    const entries = claimed.filter(entry => entry !== null)
    if (entries.length > 0) await count(entries)
    taken += entries.length
    cursor = next
  } while (cursor !== '0-0')
  return taken
}
