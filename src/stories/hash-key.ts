/** The secret of an installation by which the words of its log are hashed: made by whoever is first, the same for all. */

import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'
import { type HashKey, hashKeyOf, OPEN_KEY } from './rules/term-hash.ts'

export const readHashKey = async (redis: Redis, keys: Keys): Promise<HashKey> => {
  await redis.set(keys.storyHashKey(), randomBytes(8).toString('hex'), 'NX')
  return hashKeyOf((await redis.get(keys.storyHashKey())) ?? '') ?? OPEN_KEY
}
