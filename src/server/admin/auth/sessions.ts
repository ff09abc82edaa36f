/** Sessions of logged-in users, and the set-up link that creates the first user. All of it expires. */

import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Who } from '../../../domain/actor.ts'
import type { Keys } from '../../../redis/keys.ts'
import { hashSecret } from '../../../util/hash.ts'
import { findNetwork } from '../../../util/ip-network.ts'
import { createDevices } from './devices.ts'
import { createLogInAttempts } from './log-in-attempts.ts'
import { isSameHash, newSecret, takeSlot } from './passwords.ts'
import { createSessionIndex, type ListedSession, sessionKey } from './session-index.ts'
import type { User, Users } from './users.ts'

/** Lifetime of the set-up link, s. */
const SETUP_LASTS = 24 * 3_600
/** ms to wait if too many passwords are being checked. */
const CROWDED = 10_000

const StoredSession = z.object({ user: z.string(), generation: z.string() })

/** The origin of a log-in. */
export interface From {
  readonly address: string
  /** The device cookie of the browser. */
  readonly device: string | undefined
  /** Its User-Agent. */
  readonly agent: string
}

/** Secrets for the browser: of the session and of the device. */
export interface StartedSession {
  readonly session: string
  readonly device: string
}

export interface Sessions {
  /** A one-time token to create the first user; null if there is a user already. */
  setupToken(): Promise<string | null>
  isSetupToken(token: string): Promise<boolean>
  /** Uses up the token. */
  takeSetupToken(token: string): Promise<boolean>
  /**
   * @returns a session; `wrong` for a wrong password or user; or ms to wait before the next attempt, when the password
   * was not checked
   */
  logIn(name: string, password: string, from: From): Promise<StartedSession | 'wrong' | { readonly wait: number }>
  /** Starts a session of a user who was authenticated otherwise. */
  begin(user: Pick<User, 'name' | 'generation'>, from: From): Promise<StartedSession>
  /** @returns null if there is no such session, or its user was removed or changed since */
  who(session: string | undefined): Promise<Who | null>
  end(session: string | undefined): Promise<void>
  /** The sessions of a user, the latest first. @param own the secret of the one that asks */
  list(user: string, own: string | undefined): Promise<readonly (ListedSession & { readonly isOwn: boolean })[]>
  /** Ends sessions of a user by their ids. @returns how many */
  endListed(user: string, ids: readonly string[]): Promise<number>
}

export interface SessionParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly users: Users
  /** Lifetime of a session, ms. */
  readonly lasts: () => number
  /** ms since the epoch. */
  readonly now: () => number
}

export const createSessions = ({ redis, keys, users, lasts, now }: SessionParts): Sessions => {
  const setupKey = keys.admin('setup')
  const keyOf = (session: string) => sessionKey(keys, hashSecret(session))
  const index = createSessionIndex({ redis, keys, lasts })

  const attempts = createLogInAttempts({ redis, keys, now })
  const devices = createDevices({ redis, keys, now })

  const begin: Sessions['begin'] = async ({ name, generation }, { address, device, agent }) => {
    const session = newSecret()
    await redis.set(keyOf(session), JSON.stringify({ user: name, generation }), 'PX', lasts())
    await index.add(name, session, { at: now(), address, agent })
    return { session, device: await devices.remember(name, device, findNetwork(address)) }
  }

  const isSetupToken = async (token: string): Promise<boolean> =>
    isSameHash((await redis.get(setupKey)) ?? '', hashSecret(token))

  return {
    begin,
    isSetupToken,
    async setupToken() {
      if (await users.any()) return null
      const token = newSecret()
      await redis.set(setupKey, hashSecret(token), 'EX', SETUP_LASTS)
      return token
    },
    async takeSetupToken(token) {
      if (!(await isSetupToken(token))) return false
      // If two requests use the link at once, one deletes the key.
      return (await redis.del(setupKey)) === 1
    },
    async logIn(name, password, from) {
      const network = findNetwork(from.address)
      const [known, found] = await Promise.all([devices.known(name, from.device, network), users.get(name)])
      const device = known.isDevice && from.device !== undefined ? from.device : null
      const releaseSlot = takeSlot(device !== null)
      if (!releaseSlot) return { wait: CROWDED }
      try {
        const attempt = { user: name, isUser: found !== null, network, device, isKnownNetwork: known.isNetwork }
        const wait = await attempts.take(attempt)
        if (wait > 0) return { wait }
        const user = await users.check(name, password, device !== null)
        if (!user) return 'wrong'
        // For the network and the user, only this attempt is taken back: otherwise a user could reset the counters by
        // logging in, and go on guessing another user's password for ever.
        await attempts.takeBack(attempt)
        return await begin(user, from)
      } finally {
        releaseSlot()
      }
    },
    async who(session) {
      const text = session === undefined ? null : await redis.get(keyOf(session))
      if (text === null || !text.startsWith('{')) return null
      const kept = StoredSession.parse(JSON.parse(text))
      const user = await users.get(kept.user)
      // A new password or role ends all earlier sessions.
      if (!user || user.generation !== kept.generation) return null
      return { name: user.name, role: user.role, by: 'session' }
    },
    async end(session) {
      if (session !== undefined) await redis.del(keyOf(session))
    },
    async list(user, own) {
      const id = own === undefined ? '' : hashSecret(own)
      return (await index.list(user)).map(each => ({ ...each, isOwn: each.id === id }))
    },
    endListed: index.end,
  }
}
