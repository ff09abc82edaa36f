/** Reads the secret key for hashing words in the story log. The first process creates it; all processes share it. */

import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'
import { type HashKey, OPEN_KEY, parseHashKey } from './rules/term-hash.ts'

export const readHashKey = async (redis: Redis, keys: Keys): Promise<HashKey> => {
  await redis.set(keys.storyHashKey(), randomBytes(8).toString('hex'), 'NX')
  return parseHashKey((await redis.get(keys.storyHashKey())) ?? '') ?? OPEN_KEY
}
