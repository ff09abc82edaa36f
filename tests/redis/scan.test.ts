import type { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { addressOf } from '../../src/config/redis-address.ts'
import { openRedis } from '../../src/redis/connect.ts'
import { measureMemory, usedMemory } from '../../src/redis/memory.ts'
import { scanKeys } from '../../src/redis/scan.ts'
import { aCluster } from '../support/cluster.ts'

const cluster = await aCluster()

describe.skipIf(!cluster)('on a Redis Cluster', () => {
  const { client, masters, url } = cluster as NonNullable<typeof cluster>
  const names = Array.from({ length: 3_000 }, (_, n) => `p:story:${n}`)
  /** As a command has it that was just typed: nothing is known of the cluster yet. */
  const asTyped = async <T>(ask: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = openRedis(addressOf(url), { maxRetriesPerRequest: null, retryStrategy: () => 50 })
    try {
      return await ask(redis)
    } finally {
      redis.disconnect()
    }
  }

  it('on a Redis Cluster keys are found on every master, even by a client that is still connecting', async () => {
    await Promise.all(names.map(name => client.set(name, 'x')))
    const held = await Promise.all((await masters()).map(({ redis }) => redis.dbsize()))
    expect(held.filter(count => count > 500)).toHaveLength(3)
    const found = await asTyped(async redis => {
      const all = new Set<string>()
      for await (const page of scanKeys(redis, 'p:story:*')) for (const key of page) all.add(key)
      return all
    })
    expect(found).toEqual(new Set(names))
  })

  it('on a Redis Cluster memory is the sum of all masters, whichever node is asked', async () => {
    const [each, all] = await Promise.all([
      Promise.all((await masters()).map(({ redis }) => usedMemory(redis))),
      asTyped(usedMemory),
    ])
    expect(all).toBeGreaterThan(1.5 * Math.max(...each))
    expect(await asTyped(redis => measureMemory(redis, names.slice(0, 9)))).toBeGreaterThan(0)
  })
})
