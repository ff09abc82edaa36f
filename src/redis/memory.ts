/** Memory that Redis uses; of a cluster, of all masters together. */

import type { Redis } from 'ioredis'
import { listMasters } from './nodes.ts'

/** @returns bytes of what is kept, without what the allocator holds back */
export const usedMemory = async (redis: Redis): Promise<number> => {
  const told = await Promise.all((await listMasters(redis)).map(node => node.info('memory')))
  return told.reduce((sum, info) => sum + Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? 0), 0)
}

/**
 * For keys of some dozens of fields, each of which is looked at: by the five that Redis looks at by itself a hash of a long text and many short
 * ones is taken for anything, and differently after each start.
 * @returns bytes that some keys take together; those that are not there take none
 */
export const measureMemory = async (redis: Redis, keys: readonly string[]): Promise<number> => {
  const sizes = await Promise.all(keys.map(key => redis.memory('USAGE', key, 'SAMPLES', 0)))
  return sizes.reduce((sum: number, size) => sum + (size ?? 0), 0)
}
