/** One-time links by which a user sets a password: made by an admin, for a day, until the password changes. */

import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../../../redis/keys.ts'
import { hashSecret } from '../../../util/hash.ts'
import { newSecret } from './passwords.ts'
import type { Users } from './users.ts'

/** Lifetime of a link, s. */
export const RESET_LASTS = 24 * 3_600

const StoredReset = z.object({ user: z.string(), generation: z.string() })

export interface ResetLinks {
  /** @returns the token of the link; it is stored as a hash */
  create(user: string): Promise<string>
  /** @returns the user whom the link is for; null if it is used up, expired, or the user changed since */
  find(token: string): Promise<string | null>
  /** The same, and uses it up. */
  take(token: string): Promise<string | null>
}

export interface ResetLinksParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly users: Pick<Users, 'get'>
}

export const createResetLinks = ({ redis, keys, users }: ResetLinksParts): ResetLinks => {
  const keyOf = (token: string) => keys.admin(`reset:${hashSecret(token)}`)
  const check = async (text: string | null): Promise<string | null> => {
    if (text === null) return null
    const { user, generation } = StoredReset.parse(JSON.parse(text))
    return (await users.get(user))?.generation === generation ? user : null
  }
  return {
    async create(user) {
      const token = newSecret()
      const generation = (await users.get(user))?.generation ?? ''
      await redis.set(keyOf(token), JSON.stringify({ user, generation }), 'EX', RESET_LASTS)
      return token
    },
    find: async token => check(await redis.get(keyOf(token))),
    take: async token => check(await redis.getdel(keyOf(token))),
  }
}
