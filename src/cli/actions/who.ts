/** `newsdesk users` and `newsdesk tokens`. The audit log records every change, without the password or token. */

import { text } from 'node:stream/consumers'
import { MIN_PASSWORD_LENGTH, passwordTrouble, UserName, UserRole } from '../../domain/actor.ts'
import { createTokens, type Tokens } from '../../server/admin/auth/tokens.ts'
import { createUsers, UserError, type Users } from '../../server/admin/auth/users.ts'
import type { Ended } from '../../use-cases/audit-log.ts'
import { Duration } from '../../util/units.ts'
import { cliActor, openAudit } from '../actor.ts'
import { print } from '../print.ts'
import { askSecret, canAsk } from '../prompt.ts'
import { withSession } from '../session.ts'

interface Accounts {
  readonly users: Users
  readonly tokens: Tokens
  /** Runs an action, and records its start and its outcome in the audit log. */
  readonly acted: <Result>(
    what: string,
    on: string,
    run: () => Promise<Result>,
    describe?: (result: Result) => Ended,
  ) => Promise<Result>
}

/** @returns 2 if the action is impossible, which is reported */
const withAccounts = (configDir: string, work: (accounts: Accounts) => Promise<number>): Promise<number> =>
  withSession(configDir, async session => {
    const { redis, keys } = session
    const audit = openAudit(session)
    const users = createUsers({ redis, keys, now: Date.now })
    // Adopts the single password of older versions, in case no admin server of this version has started yet.
    await users.adopt()
    try {
      return await work({
        users,
        tokens: createTokens({ redis, keys, now: Date.now }),
        acted: (what, on, run, describe) => audit.around({ by: cliActor(), what, on }, run, describe),
      })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      console.error(`${error.message}.`)
      return 2
    }
  })

/** @returns null if no password was given, or two different ones, which is reported */
const readPassword = async (fromStdin: boolean): Promise<string | null> => {
  if (fromStdin) return (await text(process.stdin)).replace(/\r?\n$/, '')
  if (!canAsk()) {
    console.error('Not a terminal, cannot prompt. Pass --password-stdin.')
    return null
  }
  const password = await askSecret(`Password, at least ${MIN_PASSWORD_LENGTH} characters: `)
  if (password === null) return null
  // Checked before the user types it again.
  const trouble = passwordTrouble(password)
  if (trouble !== undefined) throw new UserError(trouble)
  if ((await askSecret('Repeat: ')) === password) return password
  console.error('The passwords differ.')
  return null
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** @returns 0 */
export const listUsers = (configDir: string, json: boolean): Promise<number> =>
  withAccounts(configDir, async ({ users }) => {
    const all = (await users.list()).map(({ name, role, addedAt }) => ({ name, role, addedAt }))
    if (json) console.log(JSON.stringify(all, null, 2))
    else if (all.length === 0)
      console.log('There are no users yet. `newsdesk start` prints a link to create the first.')
    else
      print(all, [
        { title: 'User', value: ({ name }) => name },
        { title: 'Role', value: ({ role }) => role },
        { title: 'Since', value: ({ addedAt }) => day(addedAt) },
      ])
    return 0
  })

/** @returns 0; 1 if no password was given; 2 if it is impossible */
export const addUser = (configDir: string, name: string, role: UserRole, fromStdin: boolean): Promise<number> =>
  withAccounts(configDir, async ({ users, acted }) => {
    // Checked before asking for a password.
    if (await users.get(name)) throw new UserError(`there is a user ${JSON.stringify(name)} already`)
    const password = await readPassword(fromStdin)
    if (password === null) return 1
    const add = () => users.add(name, role, password)
    await acted('user.add', name, add, () => ({ after: { role } }))
    console.log(`Added ${name} as ${role}.`)
    return 0
  })

/** @returns like addUser */
export const setPassword = (configDir: string, name: string, fromStdin: boolean): Promise<number> =>
  withAccounts(configDir, async ({ users, acted }) => {
    if (!(await users.get(name))) throw new UserError(`there is no user ${JSON.stringify(name)}`)
    const password = await readPassword(fromStdin)
    if (password === null) return 1
    const set = () => users.setPassword(name, password)
    await acted('user.password', name, set)
    console.log(`Changed the password of ${name} and ended all its sessions.`)
    return 0
  })

/** @returns 0; 2 if it is impossible */
export const setRole = (configDir: string, name: string, wanted: string): Promise<number> =>
  withAccounts(configDir, async ({ users, acted }) => {
    const role = UserRole.safeParse(wanted)
    if (!role.success)
      throw new UserError(`${JSON.stringify(wanted)} is not a role. Roles: ${UserRole.options.join(', ')}`)
    const before = await users.get(name)
    const set = () => users.setRole(name, role.data)
    await acted('user.role', name, set, () => ({ before: { role: before?.role }, after: { role: role.data } }))
    console.log(`${name} is now ${role.data}.`)
    return 0
  })

/** @returns 0; 2 if it is impossible */
export const removeUser = (configDir: string, name: string): Promise<number> =>
  withAccounts(configDir, async ({ users, acted }) => {
    const before = await users.get(name)
    const remove = () => users.remove(name)
    await acted('user.remove', name, remove, () => ({ before: { role: before?.role } }))
    console.log(`Removed ${name} and ended all its sessions.`)
    return 0
  })

/** @returns 0 */
export const listTokens = (configDir: string, json: boolean): Promise<number> =>
  withAccounts(configDir, async ({ tokens }) => {
    const all = await tokens.list()
    if (json) console.log(JSON.stringify(all, null, 2))
    else if (all.length === 0) console.log('There are no tokens.')
    else
      print(all, [
        { title: 'Id', value: ({ id }) => id },
        { title: 'Name', value: ({ name }) => name },
        { title: 'Role', value: ({ role }) => role },
        { title: 'Since', value: ({ addedAt }) => day(addedAt) },
        { title: 'Until', value: ({ until }) => (until === null ? 'no expiry' : day(until)) },
        { title: 'Last used', value: ({ usedAt }) => (usedAt === null ? 'never' : day(usedAt)) },
      ])
    return 0
  })

/** @returns 0; 2 if it is impossible */
export const addToken = (configDir: string, name: string, role: UserRole, lasts: string | undefined): Promise<number> =>
  withAccounts(configDir, async ({ tokens, acted }) => {
    const parsed = UserName.safeParse(name)
    if (!parsed.success) throw new UserError(parsed.error.issues[0]?.message ?? 'invalid name')
    const span = lasts === undefined ? null : Duration.safeParse(lasts)
    if (span !== null && !span.success) throw new UserError(`--for ${span.error.issues[0]?.message}`)
    const add = () => tokens.add(name, role, span === null ? null : Date.now() + span.data)
    const { id, token } = await acted('token.add', name, add, added => ({
      on: added.id,
      after: { name, role, for: lasts ?? 'good' },
    }))
    console.error(`Created token ${id} for ${name} as ${role}. It is shown only once:`)
    console.log(token)
    return 0
  })

/** @returns 0; 2 if there is no such token */
export const revokeToken = (configDir: string, id: string): Promise<number> =>
  withAccounts(configDir, async ({ tokens, acted }) => {
    const revoke = async () => {
      const found = await tokens.revoke(id)
      if (!found) throw new UserError(`there is no token ${JSON.stringify(id)}; \`newsdesk tokens\` lists them`)
      return found
    }
    const revoked = await acted('token.revoke', id, revoke, ({ name, role }) => ({ before: { name, role } }))
    console.log(`Revoked token ${id} of ${revoked.name}.`)
    return 0
  })
