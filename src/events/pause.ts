/** While a replay counts anew, counters begin nothing new. The mark expires by itself, should the replay die. */

import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'

const LASTS = 20_000

const pauseKey = (keys: Keys): string => keys.eventState('replay')

/** @returns whether counting is paused */
export const pauseOf = async (redis: Redis, keys: Keys): Promise<boolean> => (await redis.exists(pauseKey(keys))) === 1

/** @returns whether it is ours now: false where another replay runs */
export const pause = async (redis: Redis, keys: Keys, token: string): Promise<boolean> =>
  (await redis.set(pauseKey(keys), token, 'PX', LASTS, 'NX')) === 'OK'

/** Makes ours last longer. One that expired stays expired: the swap finds it so. */
export const holdPause = async (redis: Redis, keys: Keys, token: string): Promise<void> => {
  if ((await redis.get(pauseKey(keys))) === token) await redis.pexpire(pauseKey(keys), LASTS)
}

export const unpause = async (redis: Redis, keys: Keys, token: string): Promise<void> => {
  if ((await redis.get(pauseKey(keys))) === token) await redis.del(pauseKey(keys))
}
