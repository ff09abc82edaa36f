/**
 * Waits for Redis with a timeout. A command in flight when Redis goes away may never be answered even after it is back
 * (known ioredis bugs: redis/ioredis issues 610, 1285 and 2193). All work here may safely run twice, so it is simply
 * retried.
 */

import type { Redis } from 'ioredis'

export class UnansweredError extends Error {
  readonly code = 'UNANSWERED'
}

const CHECK_EVERY = 1_000

/**
 * @param timeout ms without an answer while connected; time while Redis is away does not count
 * @returns the result of `work`
 * @throws UnansweredError; `work` goes on, but its result is ignored
 */
export const answered = async <T>(redis: Redis, timeout: number, what: string, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  let waited = 0
  const unanswered = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      waited = redis.status === 'ready' ? waited + CHECK_EVERY : 0
      if (waited > timeout) reject(new UnansweredError(`Redis did not answer ${what} within ${timeout} ms`))
    }, CHECK_EVERY)
  })
  try {
    return await Promise.race([work, unanswered])
  } finally {
    clearInterval(timer)
    unanswered.catch(() => undefined)
  }
}
