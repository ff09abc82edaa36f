/**
 * Checks that nothing is stuck in a queue: no batch of articles is left, no other job waits or runs too long, and none
 * is delayed for good.
 */

import type { Redis } from 'ioredis'
import { type Violation, violation } from './truth.ts'

const QUEUES = ['crawl', 'articles', 'publish', 'push'] as const
/** ms that a job may wait or run once all is well. */
const LONGEST = 20_000
/** BullMQ keeps the ms until which a job is put off in the upper bits of its score. */
const DELAYED_UNIT = 0x1000

const serverTime = async (redis: Redis): Promise<number> => {
  const [seconds = 0, micros = 0] = (await redis.time()).map(Number)
  return seconds * 1_000 + micros / 1_000
}

export const checkQueues = async (redis: Redis, prefix: string): Promise<Violation[]> => {
  const found: Violation[] = []
  const at = await serverTime(redis)
  for (const queue of QUEUES) {
    const key = (name: string) => `{${prefix}:bull}:${queue}:${name}`
    const [waiting, active, prioritized, delayed] = await Promise.all([
      redis.lrange(key('wait'), 0, -1),
      redis.lrange(key('active'), 0, -1),
      redis.zrange(key('prioritized'), 0, '-1'),
      redis.zrange(key('delayed'), 0, '-1', 'WITHSCORES'),
    ])
    const open = [...waiting, ...active, ...prioritized]
    if (queue === 'articles') {
      const left = open.length + delayed.length / 2
      if (left > 0)
        found.push(violation('job stuck', `${left} batches of articles wait, ${delayed.length / 2} of them put off`))
      continue
    }
    for (const id of open) {
      // A job that yields to others again and again grows old, although it never waits for long.
      const since = Math.max(...(await redis.hmget(key(id), 'timestamp', 'processedOn')).map(Number))
      if (since > 0 && at - since > LONGEST)
        found.push(violation('job stuck', `${queue} ${id} for ${Math.round((at - since) / 1_000)} s`))
    }
    for (let place = 0; place < delayed.length; place += 2) {
      const off = Number(delayed[place + 1]) / DELAYED_UNIT - at
      if (off > LONGEST)
        found.push(violation('job stuck', `${queue} ${delayed[place]} is put off for ${Math.round(off / 1_000)} s`))
    }
  }
  return found
}
