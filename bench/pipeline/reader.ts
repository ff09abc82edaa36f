/**
 * A reader of lists in a process of its own, so that a busy benchmark does not count as a slow Redis. Argument: the socket of Redis.
 * Told a key it reads LRANGE 0 19 of it every 5 ms, told `stop` it sends how long each took, and when what it read last changed.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'

const PAUSE = 5

/** What is sent after `stop`. */
export interface Reads {
  /** ms each. */
  readonly times: readonly number[]
  /** ms since the epoch; 0 where nothing was read. */
  readonly changedAt: number
}

const redis = new Redis({ path: process.argv[2] ?? '' })
let key: string | null = null

const read = async (wanted: string): Promise<void> => {
  const times: number[] = []
  let [before, changedAt] = ['', 0]
  while (key === wanted) {
    const began = performance.now()
    const now = (await redis.lrange(wanted, 0, 19)).join()
    times.push(performance.now() - began)
    if (now !== before) changedAt = Date.now()
    before = now
    await delay(PAUSE)
  }
  process.send?.({ times, changedAt } satisfies Reads)
}

process.on('message', (told: { read: string } | 'stop') => {
  key = told === 'stop' ? null : told.read
  if (key !== null) void read(key)
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
