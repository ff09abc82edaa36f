/** Follows `latest`, so that only what was in a list is read. */

import type { Redis } from 'ioredis'

export interface Latest {
  /** URLs of articles that are there for so long that no killed Redis forgets them. */
  readable(): string[]
  /** Articles seen so far. */
  size(): number
  stop(): void
}

/** An article is read when it has been there for so long that no killed Redis forgets it, ms. */
const READ_AFTER = 8_000
const LOOK = 1_000

export const followLatest = (redis: Redis, prefix: string): Latest => {
  const known = new Map<string, number>()
  const look = async (): Promise<void> => {
    for (const entry of await redis.lrange(`${prefix}:list:latest`, 0, -1)) {
      const { url } = JSON.parse(entry) as { url: string } // as the contract has it
      if (!known.has(url)) known.set(url, performance.now())
    }
  }
  const looking = setInterval(() => void look().catch(() => undefined), LOOK) // away: asked again
  return {
    readable() {
      const before = performance.now() - READ_AFTER
      return [...known].filter(([, at]) => at < before).map(([url]) => url)
    },
    size: () => known.size,
    stop: () => clearInterval(looking),
  }
}
