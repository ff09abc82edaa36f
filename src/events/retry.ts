/**
 * Waits for Redis, but not for ever. A command that was under way when Redis went may never be answered after it is
 * back, by no fault of ours (redis/ioredis issues 610, 1285 and 2193). What is done here can be done twice, so it is
 * then done again.
 */

import type { Redis } from 'ioredis'

export class UnansweredError extends Error {
  readonly code = 'UNANSWERED'
}

const LOOK = 1_000

/**
 * @param patience ms without an answer while the connection stands; time in which Redis is away does not count
 * @returns what `work` gives
 * @throws UnansweredError; `work` goes on, and what becomes of it is not told any more
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
