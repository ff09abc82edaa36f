/** Counts jobs by when they are due. */

import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'

/** BullMQ scores a delayed job by the time at which it is due, times this, plus a part of its number. */
const SCALE = 0x1000

/** @param at ms since the epoch @returns how many jobs of a queue are delayed beyond that time */
export const countDelayedBeyond = (redis: Redis, queue: Pick<Queue, 'toKey'>, at: number): Promise<number> =>
  redis.zcount(queue.toKey('delayed'), at * SCALE, '+inf')
