/** Sessions of users who logged in, and the link that makes the first user. All of it expires. */

import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Who } from '../../../domain/actor.ts'
import type { Keys } from '../../../redis/keys.ts'
import { hashSecret } from '../../../util/hash.ts'
import { findNetwork } from '../../../util/ip-network.ts'
import { createDevices } from './devices.ts'
import { createLogInAttempts } from './log-in-attempts.ts'
import { isSameHash, newSecret, takePlace } from './passwords.ts'
import type { User, Users } from './users.ts'

/** s for which the set-up link works. */
const SETUP_LASTS = 24 * 3_600
/** ms to wait where too many passwords wait to be checked already. */
const CROWDED = 10_000

const Kept = z.object({ user: z.string(), generation: z.string() })

/** Where a log-in comes from. */
export interface From {
  readonly address: string
  /** What the browser holds from a log-in before. */
  readonly device: string | undefined
}

/** Secrets for the browser: of the session, and of the device. */
export interface Begun {
  readonly session: string
  readonly device: string
}

export interface Sessions {
  /** A token that makes the first user, once; null where there is a user already. */
  setupToken(): Promise<string | null>
  isSetupToken(token: string): Promise<boolean>
  /** Uses the token up. */
  takeSetupToken(token: string): Promise<boolean>
  /** @returns a session; `wrong` password or user; or ms to wait before the next try: then the password was not looked at */
  logIn(name: string, password: string, from: From): Promise<Begun | 'wrong' | { readonly wait: number }>
  /** Begins a session of a user who proved otherwise who it is. */
  begin(user: Pick<User, 'name' | 'generation'>, from: From): Promise<Begun>
  /** @returns null where there is no such session, or its user was removed or changed since */
  who(session: string | undefined): Promise<Who | null>
  end(session: string | undefined): Promise<void>
}

export interface SessionParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly users: Users
  /** ms for which one stays logged in. */
  readonly lasts: () => number
  /** ms since the epoch. */
  readonly now: () => number
}

export const createSessions = ({ redis, keys, users, lasts, now }: SessionParts): Sessions => {
  const setupKey = keys.admin('setup')
  const sessionKey = (session: string) => keys.admin(`session:${hashSecret(session)}`)

  const tries = createLogInAttempts({ redis, keys, now })
  const devices = createDevices({ redis, keys, now })

  const begin: Sessions['begin'] = async ({ name, generation }, { address, device }) => {
    const session = newSecret()
    await redis.set(sessionKey(session), JSON.stringify({ user: name, generation }), 'PX', lasts())
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
      // Of two who use the link at once, one deletes it.
      return (await redis.del(setupKey)) === 1
    },
    async logIn(name, password, from) {
      const network = findNetwork(from.address)
      const [known, found] = await Promise.all([devices.known(name, from.device, network), users.get(name)])
      const device = known.isDevice && from.device !== undefined ? from.device : null
      const leave = takePlace(device !== null)
      if (!leave) return { wait: CROWDED }
      try {
        const wish = { user: name, isUser: found !== null, network, device, isKnownNetwork: known.isNetwork }
        const wait = await tries.take(wish)
        if (wait > 0) return { wait }
        const user = await users.check(name, password, device !== null)
        if (!user) return 'wrong'
        // Of the network and the user only this try is taken back: with a user of one's own, one could else go on guessing at another's for ever.
        await tries.takeBack(wish)
        return await begin(user, from)
      } finally {
        leave()
      }
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
