/** Users of the desk: name, role and password hash, in one hash in Redis. Knows nothing of sessions; a change of a user ends them. */

import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { passwordTrouble, Role, UserName } from '../../../domain/actor.ts'
import type { Keys } from '../../../redis/keys.ts'
import { isPassword, writePassword } from './passwords.ts'

const Kept = z.object({
  role: Role,
  password: z.string(),
  /** ms since the epoch. */
  addedAt: z.number(),
  /** Another one with each new password or role: sessions begun under the one before end. */
  generation: z.string(),
})
export type User = Omit<z.infer<typeof Kept>, 'password'> & { readonly name: string }

/** What cannot be done, in words for whoever asked. */
export class UserError extends Error {
  readonly code = 'USER'
}

export interface Users {
  list(): Promise<readonly User[]>
  get(name: string): Promise<User | null>
  /** @throws UserError where the name is taken or no name, or the password too short */
  add(name: string, role: Role, password: string): Promise<User>
  /** @throws UserError where there is no such user, or the password is too short */
  setPassword(name: string, password: string): Promise<void>
  /** @throws UserError where there is no such user, or no admin would be left */
  setRole(name: string, role: Role): Promise<void>
  /** @throws UserError likewise */
  remove(name: string): Promise<void>
  /**
   * @param isKnown whether it goes before passwords of strangers
   * @returns null where the password is not that user's, or there is no such user: both take as long
   */
  check(name: string, password: string, isKnown?: boolean): Promise<User | null>
  /** Whether anybody can log in with a password. */
  any(): Promise<boolean>
  /** Takes over the one password of versions before there were users: it becomes that of the user admin. @returns whether it did */
  adopt(): Promise<boolean>
  /** The user `admin` with the password of the configuration; changed only where it differs. @throws UserError where it is too short */
  ensureAdmin(password: string): Promise<void>
}

export interface UsersParts {
  readonly redis: Redis
  readonly keys: Keys
  /** ms since the epoch. */
  readonly now: () => number
}

const newGeneration = (): string => randomBytes(6).toString('base64url')

const checkPassword = (password: string): void => {
  const trouble = passwordTrouble(password)
  if (trouble !== undefined) throw new UserError(trouble)
}

export const createUsers = ({ redis, keys, now }: UsersParts): Users => {
  const key = keys.admin('users')
  const oldKey = keys.admin('password')

  const read = (text: string | null | undefined): z.infer<typeof Kept> | null =>
    text ? Kept.parse(JSON.parse(text)) : null
  const kept = async (name: string) => read(await redis.hget(key, name))
  const need = async (name: string) => {
    const user = await kept(name)
    if (!user) throw new UserError(`there is no user ${JSON.stringify(name)}`)
    return user
  }
  const write = (name: string, user: z.infer<typeof Kept>) => redis.hset(key, name, JSON.stringify(user))
  const made = (role: Role, password: string): z.infer<typeof Kept> => ({
    role,
    password,
    addedAt: now(),
    generation: newGeneration(),
  })
  const told = (name: string, { password: _, ...user }: z.infer<typeof Kept>): User => ({ name, ...user })

  const list = async () =>
    Object.entries(await redis.hgetall(key))
      .flatMap(([name, text]) => {
        const user = read(text)
        return user ? [told(name, user)] : []
      })
      .sort((a, b) => a.name.localeCompare(b.name))

  const needAnotherAdmin = async (name: string): Promise<void> => {
    if (!(await list()).some(user => user.name !== name && user.role === 'admin'))
      throw new UserError(`${name} is the only admin: make another first`)
  }

  return {
    list,
    async get(name) {
      const user = await kept(name)
      return user && told(name, user)
    },
    async add(name, role, password) {
      const parsed = UserName.safeParse(name)
      if (!parsed.success) throw new UserError(parsed.error.issues[0]?.message ?? 'that is no name')
      checkPassword(password)
      // NX: of two who add the same name at once, one is told.
      const user = made(role, await writePassword(password))
      if ((await redis.hsetnx(key, name, JSON.stringify(user))) === 0)
        throw new UserError(`there is a user ${JSON.stringify(name)} already`)
      return told(name, user)
    },
    async setPassword(name, password) {
      checkPassword(password)
      const user = await need(name)
      await write(name, { ...user, password: await writePassword(password), generation: newGeneration() })
    },
    async setRole(name, role) {
      const user = await need(name)
      if (user.role === 'admin' && role !== 'admin') await needAnotherAdmin(name)
      if (user.role !== role) await write(name, { ...user, role, generation: newGeneration() })
    },
    async remove(name) {
      const { role } = await need(name)
      if (role === 'admin') await needAnotherAdmin(name)
      await redis.hdel(key, name)
    },
    async check(name, password, isKnown) {
      const user = await kept(name)
      const isRight = await isPassword(password, user?.password, isKnown)
      return user && isRight ? told(name, user) : null
    },
    any: async () => (await redis.exists(key)) === 1,
    async adopt() {
      const password = await redis.get(oldKey)
      if (password === null) return false
      const adopted = await redis.hsetnx(key, 'admin', JSON.stringify(made('admin', password)))
      await redis.del(oldKey)
      return adopted === 1
    },
    async ensureAdmin(password) {
      checkPassword(password)
      const user = await kept('admin')
      if (user?.role === 'admin' && (await isPassword(password, user.password))) return
      await write('admin', {
        ...made('admin', await writePassword(password)),
        ...(user ? { addedAt: user.addedAt } : {}),
      })
    },
  }
}
