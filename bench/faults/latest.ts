/** Follows `latest`, so that only what was in a list is read. */

import type { Redis } from 'ioredis'

export interface Latest {
  /** URLs of articles that have been in the list long enough for a killed Redis not to have lost them. */
  readable(): string[]
  /** Articles seen so far. */
  size(): number
  stop(): void
}

/** ms in the list after which an article is read: a killed Redis does not lose what is older. */
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
