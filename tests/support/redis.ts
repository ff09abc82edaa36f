/** A connection to the run's Redis and a key prefix of the test file's own; both are cleared away when the file is done. */

import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, inject } from 'vitest'
import { keysFor } from '../../src/redis/keys.ts'

export const testRedis = () => {
  const address = inject('redis')
  const connect = (): Redis =>
    'socket' in address
      ? new Redis({ path: address.socket, maxRetriesPerRequest: null })
      : new Redis(address.url, { maxRetriesPerRequest: null })
  const redis = connect()
  const keys = keysFor(`t${randomUUID().slice(0, 8)}`)
  afterAll(async () => {
    const mine = await redis.keys(`*${keys.prefix}*`)
    if (mine.length > 0) await redis.del(mine)
    redis.disconnect()
  })
  return { redis, keys, address, connect }
}
