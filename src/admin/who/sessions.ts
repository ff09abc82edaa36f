/** Sessions of users who logged in, the tries at logging in, and the link that makes the first user. All of it expires. */

import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../../redis/keys.ts'
import { hashOf, isCrowded, isSameHash, newSecret } from './passwords.ts'
import type { User, Users } from './users.ts'
import type { Who } from './who.ts'

/** s for which the set-up link works. */
const SETUP_LASTS = 24 * 3_600
/** Tries at a password from one address, and at one user's from anywhere. The second is longer and wider: it must stop guessing, not the user. */
const TRIES = { address: { most: 10, seconds: 60 }, user: { most: 50, seconds: 600 } } as const

const Kept = z.object({ user: z.string(), generation: z.string() })

export interface Sessions {
  /** A token that makes the first user, once; null where there is a user already. */
  setupToken(): Promise<string | null>
  isSetupToken(token: string): Promise<boolean>
  /** Uses the token up. */
  takeSetupToken(token: string): Promise<boolean>
  /** @returns a session; `wrong` password or user; `too-many` tries */
  logIn(name: string, password: string, address: string): Promise<{ readonly session: string } | 'wrong' | 'too-many'>
  /** Begins a session of a user who proved otherwise who it is. */
  begin(user: Pick<User, 'name' | 'generation'>): Promise<string>
  /** @returns null where there is no such session, or its user was removed or changed since */
  who(session: string | undefined): Promise<Who | null>
  end(session: string | undefined): Promise<void>
}

export interface SessionParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly users: Users
  /** ms for which one stays logged in. */
  readonly lasts: number
}

export const createSessions = ({ redis, keys, users, lasts }: SessionParts): Sessions => {
  const setupKey = keys.admin('setup')
  const sessionKey = (session: string) => keys.admin(`session:${hashOf(session)}`)

  /** @returns tries counted with this one, or without it where it is taken back */
  const count = async (of: keyof typeof TRIES, which: string, step: 1 | -1): Promise<number> => {
    // Names and addresses come from outside: their hash is as long as any other.
    const key = keys.admin(`tries:${of}:${hashOf(which)}`)
    const replies = await redis.multi().set(key, 0, 'EX', TRIES[of].seconds, 'NX').incrby(key, step).exec()
    return Number(replies?.[1]?.[1] ?? 0)
  }

  const begin = async ({ name, generation }: Pick<User, 'name' | 'generation'>): Promise<string> => {
    const session = newSecret()
    await redis.set(sessionKey(session), JSON.stringify({ user: name, generation }), 'PX', lasts)
    return session
  }

  const isSetupToken = async (token: string): Promise<boolean> =>
    isSameHash((await redis.get(setupKey)) ?? '', hashOf(token))

  return {
    begin,
    isSetupToken,
    async setupToken() {
      if (await users.any()) return null
      const token = newSecret()
      await redis.set(setupKey, hashOf(token), 'EX', SETUP_LASTS)
      return token
    },
    async takeSetupToken(token) {
      if (!(await isSetupToken(token))) return false
      // Of two who use the link at once, one deletes it.
      return (await redis.del(setupKey)) === 1
    },
    async logIn(name, password, address) {
      const tries = [
        ['address', address],
        ['user', name],
      ] as const
      const counted = await Promise.all(tries.map(([of, which]) => count(of, which, 1)))
      if (tries.some(([of], at) => (counted[at] ?? 0) > TRIES[of].most) || isCrowded()) return 'too-many'
      const user = await users.check(name, password)
      if (!user) return 'wrong'
      // Only this try is taken back: with a user of one's own, one could else go on guessing at another's for ever.
      await Promise.all(tries.map(([of, which]) => count(of, which, -1)))
      return { session: await begin(user) }
    },
    async who(session) {
      const text = session === undefined ? null : await redis.get(sessionKey(session))
      if (text === null || !text.startsWith('{')) return null
      const kept = Kept.parse(JSON.parse(text))
      const user = await users.get(kept.user)
      // A new password or role ends what was begun before it.
      if (!user || user.generation !== kept.generation) return null
      return { name: user.name, role: user.role, by: 'session' }
    },
    async end(session) {
      if (session !== undefined) await redis.del(sessionKey(session))
    },
  }
}
