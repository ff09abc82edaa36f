/** While a replay takes stock, counters begin nothing new. The mark expires by itself, should the replay die. */

import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'

const LASTS = 20_000

export const pauseKey = (keys: Keys): string => keys.eventState('replay')

/** @returns whether counting is paused */
export const pauseOf = async (redis: Redis, keys: Keys): Promise<boolean> => (await redis.exists(pauseKey(keys))) === 1

/** @returns whether it is ours now: false where another replay runs */
export const pause = async (redis: Redis, keys: Keys, token: string): Promise<boolean> =>
  (await redis.set(pauseKey(keys), token, 'PX', LASTS, 'NX')) === 'OK'
