/** Tokens for scripts: shown once, stored as hashes in one Redis hash. */

import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { UserRole } from '../../../domain/actor.ts'
import type { Keys } from '../../../redis/keys.ts'
import { hashSecret } from '../../../util/hash.ts'
import { isSameHash, newSecret } from './passwords.ts'

const StoredToken = z.object({
  name: z.string(),
  role: UserRole,
  hash: z.string(),
  /** ms since the epoch; the token is valid before `until`, null for no end. */
  addedAt: z.number(),
  until: z.number().nullable(),
})
export type Token = Omit<z.infer<typeof StoredToken>, 'hash'> & { readonly id: string; readonly usedAt: number | null }

export interface Tokens {
  /** The time of last use is accurate to the minute. */
  list(): Promise<readonly Token[]>
  /** @returns the token, which is not stored: `nd_<id>_<secret>` */
  add(name: string, role: UserRole, until: number | null): Promise<{ readonly id: string; readonly token: string }>
  /** @returns the token it was; null if there is none */
  revoke(id: string): Promise<Pick<Token, 'id' | 'name' | 'role'> | null>
  /** @returns null if it is unknown, revoked or expired */
  check(token: string): Promise<Pick<Token, 'id' | 'name' | 'role'> | null>
}

/** ms between two writes of one token's last use. */
const USE_INTERVAL = 60_000

const TOKEN = /^nd_([a-f0-9]{8})_([A-Za-z0-9_-]{43})$/

export const createTokens = ({
  redis,
  keys,
  now,
}: {
  redis: Redis
  keys: Keys
  /** ms since the epoch. */
  now: () => number
}): Tokens => {
  const [key, usedKey] = [keys.admin('tokens'), keys.admin('tokens:used')]
  const usedAt = new Map<string, number>()

  const readToken = async (id: string) => {
    const text = await redis.hget(key, id)
    return text === null ? null : StoredToken.parse(JSON.parse(text))
  }

  return {
    async list() {
      const [all, used] = await Promise.all([redis.hgetall(key), redis.hgetall(usedKey)])
      return Object.entries(all)
        .map(([id, text]) => {
          const { hash: _, ...token } = StoredToken.parse(JSON.parse(text))
          return { id, ...token, usedAt: used[id] ? Number(used[id]) : null }
        })
        .sort((a, b) => a.addedAt - b.addedAt)
    },
    async add(name, role, until) {
      const id = randomBytes(4).toString('hex')
      const secret = newSecret()
      await redis.hset(key, id, JSON.stringify({ name, role, hash: hashSecret(secret), addedAt: now(), until }))
      return { id, token: `nd_${id}_${secret}` }
    },
    async revoke(id) {
      const token = await readToken(id)
      if (!token) return null
      await Promise.all([redis.hdel(key, id), redis.hdel(usedKey, id)])
      return { id, name: token.name, role: token.role }
    },
    async check(given) {
      const [, id, secret] = TOKEN.exec(given) ?? []
      if (id === undefined || secret === undefined) return null
      const token = await readToken(id)
      if (!token || !isSameHash(token.hash, hashSecret(secret)) || (token.until !== null && token.until <= now()))
        return null
      if ((usedAt.get(id) ?? 0) + USE_INTERVAL <= now()) {
        usedAt.set(id, now())
        await redis.hset(usedKey, id, now())
      }
      return { id, name: token.name, role: token.role }
    },
  }
}
