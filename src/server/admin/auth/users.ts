/**
 * Users of the admin UI: name, role and password hash, in one Redis hash. This module does not know sessions; changing
 * a user ends them.
 */

import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { passwordTrouble, UserName, UserRole } from '../../../domain/actor.ts'
import type { Keys } from '../../../redis/keys.ts'
import { isPassword, writePassword } from './passwords.ts'

const StoredUser = z.object({
  role: UserRole,
  password: z.string(),
  /** ms since the epoch. */
  addedAt: z.number(),
  /** Changes with each new password or role: earlier sessions end. */
  generation: z.string(),
})
export type User = Omit<z.infer<typeof StoredUser>, 'password'> & { readonly name: string }

/** Why something cannot be done, in words for the caller. */
export class UserError extends Error {
  readonly code = 'USER'
}

export interface Users {
  list(): Promise<readonly User[]>
  get(name: string): Promise<User | null>
  /** @throws UserError if the name is taken or invalid, or the password too short */
  add(name: string, role: UserRole, password: string): Promise<User>
  /** @throws UserError if there is no such user, or the password is too short */
  setPassword(name: string, password: string): Promise<void>
  /** @throws UserError if there is no such user, or no admin would be left */
  setRole(name: string, role: UserRole): Promise<void>
  /** @throws UserError likewise */
  remove(name: string): Promise<void>
  /**
   * @param isKnown whether the check goes before those of strangers
   * @returns null if the password is wrong or there is no such user: both take equally long
   */
  check(name: string, password: string, isKnown?: boolean): Promise<User | null>
  /** Whether anybody can log in with a password. */
  any(): Promise<boolean>
  /**
   * Migrates the single password of versions without users: it becomes the password of the user admin. @returns whether
   * it did
   */
  adopt(): Promise<boolean>
  /**
   * Ensures that the user `admin` has the configured password; writes only if it differs. @throws UserError if it is
   * too short
   */
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
  const problem = passwordTrouble(password)
  if (problem !== undefined) throw new UserError(problem)
}

export const createUsers = ({ redis, keys, now }: UsersParts): Users => {
  const key = keys.admin('users')
  const oldKey = keys.admin('password')

  const read = (text: string | null | undefined): z.infer<typeof StoredUser> | null =>
    text ? StoredUser.parse(JSON.parse(text)) : null
  const readUser = async (name: string) => read(await redis.hget(key, name))
  const need = async (name: string) => {
    const user = await readUser(name)
    if (!user) throw new UserError(`there is no user ${JSON.stringify(name)}`)
    return user
  }
  const write = (name: string, user: z.infer<typeof StoredUser>) => redis.hset(key, name, JSON.stringify(user))
  const newUser = (role: UserRole, password: string): z.infer<typeof StoredUser> => ({
    role,
    password,
    addedAt: now(),
    generation: newGeneration(),
  })
  const withoutPassword = (name: string, { password: _, ...user }: z.infer<typeof StoredUser>): User => ({
    name,
    ...user,
  })

  const list = async () =>
    Object.entries(await redis.hgetall(key))
      .flatMap(([name, text]) => {
        const user = read(text)
        return user ? [withoutPassword(name, user)] : []
      })
      .sort((a, b) => a.name.localeCompare(b.name))

  const needAnotherAdmin = async (name: string): Promise<void> => {
    if (!(await list()).some(user => user.name !== name && user.role === 'admin'))
      throw new UserError(`${name} is the only admin: make another first`)
  }

  return {
    list,
    async get(name) {
      const user = await readUser(name)
      return user && withoutPassword(name, user)
    },
    async add(name, role, password) {
      const parsed = UserName.safeParse(name)
      if (!parsed.success) throw new UserError(parsed.error.issues[0]?.message ?? 'invalid name')
      checkPassword(password)
      // NX: if two admins add the same name at once, one gets the error.
      const user = newUser(role, await writePassword(password))
      if ((await redis.hsetnx(key, name, JSON.stringify(user))) === 0)
        throw new UserError(`there is a user ${JSON.stringify(name)} already`)
      return withoutPassword(name, user)
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
      const user = await readUser(name)
      const isRight = await isPassword(password, user?.password, isKnown)
      return user && isRight ? withoutPassword(name, user) : null
    },
    any: async () => (await redis.exists(key)) === 1,
    async adopt() {
      const password = await redis.get(oldKey)
      if (password === null) return false
      const adopted = await redis.hsetnx(key, 'admin', JSON.stringify(newUser('admin', password)))
      await redis.del(oldKey)
      return adopted === 1
    },
    async ensureAdmin(password) {
      checkPassword(password)
      const user = await readUser('admin')
      if (user?.role === 'admin' && (await isPassword(password, user.password))) return
      await write('admin', {
        ...newUser('admin', await writePassword(password)),
        ...(user ? { addedAt: user.addedAt } : {}),
      })
    },
  }
}
