/** What `newsdesk users` and `newsdesk tokens` do. Every change is in the audit, without the password or token. */

import { text } from 'node:stream/consumers'
import { passwordTrouble, Role, SHORTEST_PASSWORD, UserName } from '../../domain/actor.ts'
import { createTokens, type Tokens } from '../../server/admin/auth/tokens.ts'
import { createUsers, UserError, type Users } from '../../server/admin/auth/users.ts'
import { type Ended, failureOf } from '../../use-cases/audit-log.ts'
import { Duration } from '../../util/units.ts'
import { cliActor, openAudit } from '../actor.ts'
import { print } from '../print.ts'
import { askSecret, canAsk } from '../prompt.ts'
import { withSession } from '../session.ts'

interface Accounts {
  readonly users: Users
  readonly tokens: Tokens
  /** Does it, and writes down before that it is begun, and after how it ended. */
  readonly acted: <Result>(
    what: string,
    on: string,
    run: () => Promise<Result>,
    told: (result: Result) => Ended,
  ) => Promise<Result>
}

/** @returns 2 where it cannot be done, which is told */
const withAccounts = (configDir: string, work: (rooms: Accounts) => Promise<number>): Promise<number> =>
  withSession(configDir, async session => {
    const { redis, keys } = session
    const audit = openAudit(session)
    const users = createUsers({ redis, keys, now: Date.now })
    // The password of before there were users, should no admin server of this version have started yet.
    await users.adopt()
    try {
      return await work({
        users,
        tokens: createTokens({ redis, keys, now: Date.now }),
        async acted(what, on, run, told) {
          const end = await audit.begin({ by: cliActor(), what, on })
          try {
            const result = await run()
            await end(told(result))
            return result
          } catch (error) {
            await end({ outcome: failureOf(error) })
            throw error
          }
        },
      })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      console.error(`${error.message}.`)
      return 2
    }
  })

/** @returns null where nobody said one, or not the same twice: that is told */
const readPassword = async (fromStdin: boolean): Promise<string | null> => {
  if (fromStdin) return (await text(process.stdin)).replace(/\r?\n$/, '')
  if (!canAsk()) {
    console.error('This is no terminal to ask in. Say --password-stdin.')
    return null
  }
  const password = await askSecret(`Password, ${SHORTEST_PASSWORD} characters or more: `)
  if (password === null) return null
  // Told before it is typed again in vain.
  const trouble = passwordTrouble(password)
  if (trouble !== undefined) throw new UserError(trouble)
  if ((await askSecret('Once more: ')) === password) return password
  console.error('The two are not the same.')
  return null
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** @returns 0 */
export const listUsers = (configDir: string, json: boolean): Promise<number> =>
  withAccounts(configDir, async ({ users }) => {
    const all = (await users.list()).map(({ name, role, addedAt }) => ({ name, role, addedAt }))
    if (json) console.log(JSON.stringify(all, null, 2))
    else if (all.length === 0) console.log('There is no user yet. `newsdesk start` prints a link that makes the first.')
    else
      print(all, [
        { title: 'User', value: ({ name }) => name },
        { title: 'Role', value: ({ role }) => role },
        { title: 'Since', value: ({ addedAt }) => day(addedAt) },
      ])
    return 0
  })

/** @returns 0; 1 where no password was said; 2 where it cannot be done */
export const addUser = (configDir: string, name: string, role: Role, fromStdin: boolean): Promise<number> =>
  withAccounts(configDir, async ({ users, acted }) => {
    // Told before a password is asked for in vain.
    if (await users.get(name)) throw new UserError(`there is a user ${JSON.stringify(name)} already`)
    const password = await readPassword(fromStdin)
    if (password === null) return 1
    const add = () => users.add(name, role, password)
    await acted('user.add', name, add, () => ({ after: { role } }))
    console.log(`${name} may log in, as ${role}.`)
    return 0
  })

/** @returns as addUser */
export const setPassword = (configDir: string, name: string, fromStdin: boolean): Promise<number> =>
  withAccounts(configDir, async ({ users, acted }) => {
    if (!(await users.get(name))) throw new UserError(`there is no user ${JSON.stringify(name)}`)
    const password = await readPassword(fromStdin)
    if (password === null) return 1
    const set = () => users.setPassword(name, password)
    await acted('user.password', name, set, () => ({}))
    console.log(`${name} has another password, and is logged out.`)
    return 0
  })

/** @returns 0; 2 where it cannot be done */
export const setRole = (configDir: string, name: string, wanted: string): Promise<number> =>
  withAccounts(configDir, async ({ users, acted }) => {
    const role = Role.safeParse(wanted)
    if (!role.success)
      throw new UserError(`${JSON.stringify(wanted)} is no role; there are ${Role.options.join(' and ')}`)
    const before = await users.get(name)
    const set = () => users.setRole(name, role.data)
    await acted('user.role', name, set, () => ({ before: { role: before?.role }, after: { role: role.data } }))
    console.log(`${name} is ${role.data} now.`)
    return 0
  })

/** @returns 0; 2 where it cannot be done */
export const removeUser = (configDir: string, name: string): Promise<number> =>
  withAccounts(configDir, async ({ users, acted }) => {
    const before = await users.get(name)
    const remove = () => users.remove(name)
    await acted('user.remove', name, remove, () => ({ before: { role: before?.role } }))
    console.log(`${name} is removed, and logged out.`)
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
        { title: 'Until', value: ({ until }) => (until === null ? 'for good' : day(until)) },
        { title: 'Used last', value: ({ usedAt }) => (usedAt === null ? 'never' : day(usedAt)) },
      ])
    return 0
  })

/** @returns 0; 2 where it cannot be done */
export const addToken = (configDir: string, name: string, role: Role, lasts: string | undefined): Promise<number> =>
  withAccounts(configDir, async ({ tokens, acted }) => {
    const parsed = UserName.safeParse(name)
    if (!parsed.success) throw new UserError(parsed.error.issues[0]?.message ?? 'that is no name')
    const span = lasts === undefined ? null : Duration.safeParse(lasts)
    if (span !== null && !span.success) throw new UserError(`--for ${span.error.issues[0]?.message}`)
    const add = () => tokens.add(name, role, span === null ? null : Date.now() + span.data)
    const { id, token } = await acted('token.add', name, add, added => ({
      on: added.id,
      after: { name, role, for: lasts ?? 'good' },
    }))
    console.error(`Token ${id} of ${name}, as ${role}. It is shown this once:`)
    console.log(token)
    return 0
  })

/** @returns 0; 2 where there is no such token */
export const revokeToken = (configDir: string, id: string): Promise<number> =>
  withAccounts(configDir, async ({ tokens, acted }) => {
    const revoke = async () => {
      const found = await tokens.revoke(id)
      if (!found) throw new UserError(`there is no token ${JSON.stringify(id)}; \`newsdesk tokens\` lists them`)
      return found
    }
    const revoked = await acted('token.revoke', id, revoke, ({ name, role }) => ({ before: { name, role } }))
    console.log(`Token ${id} of ${revoked.name} counts no more.`)
    return 0
  })
