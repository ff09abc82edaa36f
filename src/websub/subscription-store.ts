/** Subscriptions in Redis: one hash each, found by source or by token, and a sorted set of when each is due. */

import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { SourceId } from '../domain/source.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { Offer } from './link-header.ts'
import { MAX_WAIT, parseSubscription, type Subscription } from './subscription.ts'

const claimDueScript = loadScript(new URL('../redis/claim-due.lua', import.meta.url))
const patchScript = loadScript(new URL('./patch-subscription.lua', import.meta.url))

/** A claimed subscription falls due again after this if its job was not queued, ms. */
const CLAIM_LEASE = 5 * 60_000

export type Patch = Partial<Record<keyof Subscription, string | number>>

export interface Subscriptions {
  get(token: string): Promise<Subscription | null>
  of(id: SourceId): Promise<Subscription | null>
  /**
   * Changes an existing subscription.
   * @param due when it is due next, ms since the epoch, if that changes
   * @param raise counter to increment
   */
  patch(token: string, change: Patch, due?: number, raise?: '' | 'deliveries' | 'ignored'): Promise<void>
  drop(token: string): Promise<void>
  /** @returns false where another replica was first */
  begin(id: SourceId, offer: Offer, baseUrl: string): Promise<boolean>
  /** Claims due subscriptions, each for one caller only. */
  claimDue(limit: number): Promise<readonly string[]>
}

/** Address under which hubs reach our callbacks. */
export const callbacksAt = (baseUrl: string): string => `${baseUrl.replace(/\/+$/, '')}/push/`

export const createSubscriptions = (redis: Redis, keys: Keys, now: () => number): Subscriptions => {
  const get = async (token: string): Promise<Subscription | null> =>
    parseSubscription(token, await redis.hgetall(keys.subscription(token)))

  return {
    get,

    async of(id) {
      const token = await redis.hget(keys.pushTokens(), id)
      return token === null ? null : get(token)
    },

    async patch(token, change, due, raise = '') {
      await runScript(
        redis,
        patchScript,
        [keys.subscription(token), keys.pushDue()],
        [token, due ?? '', raise, ...Object.entries(change).flat()],
      )
    },

    async drop(token) {
      await redis.multi().del(keys.subscription(token)).zrem(keys.pushDue(), token).exec()
    },

    async begin(id, { hub, topic }, baseUrl) {
      const token = randomBytes(24).toString('base64url')
      // If two replicas begin at once, only the first goes on.
      if ((await redis.hsetnx(keys.pushTokens(), id, token)) === 0) return false
      const callback = `${callbacksAt(baseUrl)}${token}`
      await redis
        .multi()
        .hset(keys.subscription(token), {
          source: id,
          hub,
          topic,
          callback,
          secret: randomBytes(32).toString('hex'),
          state: 'asking',
          reason: 'requested from the hub',
        })
        .zadd(keys.pushDue(), now(), token)
        .exec()
      return true
    },

    async claimDue(limit) {
      return (await runScript(
        redis,
        claimDueScript,
        [keys.pushDue()],
        [now(), limit, CLAIM_LEASE, 0, MAX_WAIT],
      )) as string[] // members are tokens
    },
  }
}
