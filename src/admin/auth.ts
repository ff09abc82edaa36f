/**
 * Who may: one admin with a password (scrypt), sessions in Redis, a one-time link that sets the password at the first start. There is no
 * default password, and nothing that would let anyone in is kept in clear.
 */

import { createHash, randomBytes, scrypt as scryptCallback, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'

const scrypt = promisify(scryptCallback) as (
  password: string,
  salt: Buffer,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>

/** OWASP password storage cheat sheet: N = 2^17, r = 8, p = 1. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1_024 * 1_024 }
const SETUP_LASTS = 24 * 3_600
const MOST_TRIES = 10
const TRIES_SPAN = 60

export const SHORTEST_PASSWORD = 10

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

export interface Auth {
  hasPassword(): Promise<boolean>
  setPassword(password: string): Promise<void>
  /** A token that sets the password once; null where a password is set already. */
  setupToken(): Promise<string | null>
  /** Uses the token up. */
  takeSetupToken(token: string): Promise<boolean>
  checkSetupToken(token: string): Promise<boolean>
  /** @returns a session id; `wrong` or `too-many` (tries from this address) */
  logIn(password: string, address: string): Promise<{ session: string } | 'wrong' | 'too-many'>
  isLoggedIn(session: string | undefined): Promise<boolean>
  logOut(session: string | undefined): Promise<void>
}

export const createAuth = ({ redis, keys, sessionLasts }: { redis: Redis; keys: Keys; sessionLasts: number }): Auth => {
  const passwordKey = keys.admin('password')
  const setupKey = keys.admin('setup')
  const sessionKey = (session: string) => keys.admin(`session:${hashOf(session)}`)

  const matches = async (password: string): Promise<boolean> => {
    const stored = await redis.get(passwordKey)
    const [salt = '', hash = ''] = (stored ?? '').split(':')
    // Also without a stored password the work is done, so that time tells nothing.
    const given = await scrypt(password, Buffer.from(salt, 'base64url'), 32, COST)
    const wanted = Buffer.from(hash, 'base64url')
    return wanted.length === given.length && timingSafeEqual(wanted, given)
  }

  return {
    hasPassword: async () => (await redis.exists(passwordKey)) === 1,
    async setPassword(password) {
      const salt = randomBytes(16)
      const hash = await scrypt(password, salt, 32, COST)
      await redis.set(passwordKey, `${salt.toString('base64url')}:${hash.toString('base64url')}`)
    },
    async setupToken() {
      if ((await redis.exists(passwordKey)) === 1) return null
      const token = randomBytes(24).toString('base64url')
      await redis.set(setupKey, hashOf(token), 'EX', SETUP_LASTS)
      return token
    },
    checkSetupToken: async token => (await redis.get(setupKey)) === hashOf(token),
    async takeSetupToken(token) {
      if ((await redis.get(setupKey)) !== hashOf(token)) return false
      // Of two who use the link at once, one deletes it.
      return (await redis.del(setupKey)) === 1
    },
    async logIn(password, address) {
      const triesKey = keys.admin(`tries:${address}`)
      const tries = await redis.incr(triesKey)
      if (tries === 1) await redis.expire(triesKey, TRIES_SPAN)
      if (tries > MOST_TRIES) return 'too-many'
      if (!(await matches(password))) return 'wrong'
      const session = randomBytes(32).toString('base64url')
      await Promise.all([redis.set(sessionKey(session), 'admin', 'PX', sessionLasts), redis.del(triesKey)])
      return { session }
    },
    isLoggedIn: async session => session !== undefined && (await redis.exists(sessionKey(session))) === 1,
    async logOut(session) {
      if (session !== undefined) await redis.del(sessionKey(session))
    },
  }
}
