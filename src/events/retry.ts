/**
 * Waits for Redis with a timeout. A command in flight when Redis goes away may never be answered even after it is back
 * (known ioredis bugs: redis/ioredis issues 610, 1285 and 2193). All work here may safely run twice, so it is simply
 * retried.
 */

import type { Redis } from 'ioredis'

export class UnansweredError extends Error {
  readonly code = 'UNANSWERED'
}

const LOOK = 1_000

/**
 * @param patience ms without an answer while connected; time while Redis is away does not count
 * @returns the result of `work`
 * @throws UnansweredError; `work` goes on, but its result is ignored
 */
export const answered = async <T>(redis: Redis, patience: number, what: string, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  let waited = 0
  const unanswered = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      waited = redis.status === 'ready' ? waited + LOOK : 0
      if (waited > patience) reject(new UnansweredError(`Redis did not answer ${what} within ${patience} ms`))
    }, LOOK)
  })
  try {
    return await Promise.race([work, unanswered])
  } finally {
    clearInterval(timer)
    unanswered.catch(() => undefined)
  }
}
