/** Renames a key, also on a cluster, where the new name is usually in another slot. */

import type { Redis } from 'ioredis'
import { toPairs } from '../../util/pairs.ts'
import { chunk } from '../../util/slices.ts'

/** Fields, members or entries written by one command. */
const AT_ONCE = 500

/** Appends the entries that the other stream does not have yet, with the same ids. */
const copyStream = async (redis: Redis, from: string, to: string): Promise<void> => {
  const [last] = await redis.xrevrange(to, '+', '-', 'COUNT', 1)
  const entries = await redis.xrange(from, last ? `(${last[0]}` : '-', '+')
  for (const some of chunk(entries, AT_ONCE))
    await Promise.all(some.map(([id, fields]) => redis.xadd(to, id, ...fields)))
}

/** Adds the content of one key to another. For fields and members of both keys, the first key's values win. */
const copyInto = async (redis: Redis, from: string, to: string): Promise<void> => {
  const type = await redis.type(from)
  if (type === 'hash')
    for (const some of chunk(Object.entries(await redis.hgetall(from)), AT_ONCE)) await redis.hset(to, ...some.flat())
  else if (type === 'zset') {
    const flat = await redis.zrange(from, 0, '-1', 'WITHSCORES')
    const scored = toPairs(flat).map(([member, score]) => [score, member] as const)
    for (const some of chunk(scored, AT_ONCE)) await redis.zadd(to, ...some.flat())
  } else if (type === 'stream') await copyStream(redis, from, to)
  // One command, so that the key is there whole or not at all.
  else if (type === 'string') await redis.set(to, (await redis.get(from)) ?? '', 'NX')
  else if (type === 'list') {
    if ((await redis.exists(to)) === 0) await redis.rpush(to, ...(await redis.lrange(from, 0, -1)))
  } else if (type !== 'none') throw new Error(`${from} is a ${type}; newsdesk has no keys of that type`)
}

/** @returns whether it was renamed: false if it is gone, or a key with that name exists already */
const rename = async (redis: Redis, from: string, to: string): Promise<boolean> => {
  try {
    return (await redis.renamenx(from, to)) === 1
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such key')) return true
    throw error
  }
}

/**
 * Moves a key with its time to live. If a key with the new name exists already, both are merged: an older version may
 * have written under the old name again. A process that dies half-way leaves the old key, and moving it again completes
 * the new one.
 */
export const moveKey = async (redis: Redis, from: string, to: string): Promise<void> => {
  if (!redis.isCluster && (await rename(redis, from, to))) return
  const lives = await redis.pttl(from)
  await copyInto(redis, from, to)
  if (lives > 0) await redis.pexpire(to, lives)
  await redis.unlink(from)
}
