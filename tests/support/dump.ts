/** Keys of Redis as plain data and back, with what time they have left: what one version wrote, to be read by another. */

import type { Redis } from 'ioredis'
import { scanKeys } from '../../src/redis/scan.ts'

type Value =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'hash'; readonly value: Readonly<Record<string, string>> }
  | { readonly type: 'list' | 'set'; readonly value: readonly string[] }
  /** Member and score in turn. */
  | { readonly type: 'zset'; readonly value: readonly string[] }
  | {
      readonly type: 'stream'
      readonly value: readonly (readonly [id: string, fields: readonly string[]])[]
      readonly groups: readonly string[]
    }

export type Dumped = Value & {
  readonly key: string
  /** ms; -1 for ever. */
  readonly lives: number
}

const readValue = async (redis: Redis, key: string): Promise<Value | null> => {
  const type = await redis.type(key)
  if (type === 'string') return { type, value: (await redis.get(key)) ?? '' }
  if (type === 'hash') return { type, value: await redis.hgetall(key) }
  if (type === 'list') return { type, value: await redis.lrange(key, 0, -1) }
  if (type === 'set') return { type, value: (await redis.smembers(key)).sort() }
  if (type === 'zset') return { type, value: await redis.zrange(key, 0, '-1', 'WITHSCORES') }
  if (type !== 'stream') return null
  const groups = ((await redis.xinfo('GROUPS', key)) as unknown[][]).map(flat => String(flat[1]))
  return { type, value: await redis.xrange(key, '-', '+'), groups }
}

export const dumpKeys = async (redis: Redis, wanted: RegExp): Promise<Dumped[]> => {
  const dumped: Dumped[] = []
  const names = new Set<string>()
  for await (const page of scanKeys(redis, '*')) for (const key of page) if (wanted.test(key)) names.add(key)
  for (const key of [...names].sort()) {
    const value = await readValue(redis, key)
    if (value) dumped.push({ key, lives: await redis.pttl(key), ...value })
  }
  return dumped
}

/** @param nameOf what a key is to be called */
export const loadKeys = async (
  redis: Redis,
  keys: readonly Dumped[],
  nameOf: (key: string) => string,
): Promise<void> => {
  for (const dumped of keys) {
    const key = nameOf(dumped.key)
    if (dumped.type === 'string') await redis.set(key, dumped.value)
    else if (dumped.type === 'hash') await redis.hset(key, dumped.value)
    else if (dumped.type === 'list') await redis.rpush(key, ...dumped.value)
    else if (dumped.type === 'set') await redis.sadd(key, ...dumped.value)
    else if (dumped.type === 'stream') {
      for (const [id, fields] of dumped.value) await redis.xadd(key, id, ...fields)
      for (const group of dumped.groups) await redis.xgroup('CREATE', key, group, '$', 'MKSTREAM')
    } else
      await redis.zadd(
        key,
        ...dumped.value.flatMap((member, at) => (at % 2 === 0 ? [dumped.value[at + 1] ?? '0', member] : [])),
      )
    if (dumped.lives > 0) await redis.pexpire(key, dumped.lives)
  }
}
