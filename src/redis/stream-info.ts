/** What Redis says of a stream and its consumer groups (XINFO). */

import type { Redis } from 'ioredis'
import { toPairs } from '../util/pairs.ts'

type Info = ReadonlyMap<string, unknown>

const toMap = (flat: readonly unknown[]): Info => new Map(toPairs(flat).map(([name, value]) => [String(name), value]))

const nullIfMissing = (reply: Promise<unknown>): Promise<unknown[] | null> =>
  reply.catch((error: Error) => {
    if (/no such key/i.test(error.message)) return null
    throw error
  }) as Promise<unknown[] | null> // XINFO replies with arrays

/** @returns null if there is no such stream */
export const readStreamInfo = async (redis: Redis, stream: string): Promise<Info | null> => {
  const flat = await nullIfMissing(redis.xinfo('STREAM', stream))
  return flat && toMap(flat)
}

/** @returns null if there is no such group or stream */
export const readGroupInfo = async (redis: Redis, stream: string, group: string): Promise<Info | null> => {
  const groups = ((await nullIfMissing(redis.xinfo('GROUPS', stream))) ?? []).map(flat => toMap(flat as unknown[]))
  return groups.find(info => info.get('name') === group) ?? null
}
