/** Memory that Redis uses; on a cluster, the sum over all masters. */

import type { Redis } from 'ioredis'
import { listMasters } from './nodes.ts'

/** @returns bytes of the data set, without memory that the allocator retains */
export const usedMemory = async (redis: Redis): Promise<number> => {
  const replies = await Promise.all((await listMasters(redis)).map(node => node.info('memory')))
  return replies.reduce((sum, info) => sum + Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? 0), 0)
}

/**
 * For keys with some dozens of fields, all of which are sampled: with the default of five samples, the estimate for a
 * hash of one long text and many short ones is arbitrary, and differs after each restart.
 * @returns total bytes of the keys; missing keys count 0
 */
export const measureMemory = async (redis: Redis, keys: readonly string[]): Promise<number> => {
  const sizes = await Promise.all(keys.map(key => redis.memory('USAGE', key, 'SAMPLES', 0)))
  return sizes.reduce((sum: number, size) => sum + (size ?? 0), 0)
}
