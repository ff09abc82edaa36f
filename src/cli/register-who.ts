/** `newsdesk users` and `newsdesk tokens`, as they are typed: who may use the desk. Loaded when asked for. */

import { type Command, Option } from 'commander'
import { ROLES, type Role } from '../domain/actor.ts'

const work = () => import('./who.ts')

type Run = <Args extends unknown[]>(command: (...args: Args) => Promise<number>) => (...args: Args) => Promise<void>

const roleOption = (): Option =>
  new Option('--role <role>', 'viewer sees everything, admin also acts').choices(ROLES).default('viewer')

const STDIN = ['--password-stdin', 'read the password from standard input, in place of asking'] as const

export const registerWho = (program: Command, configDir: () => string, run: Run): void => {
  const users = program.command('users').description('who may log in to the desk: list, add, remove, change')
  users
    .command('list', { isDefault: true })
    .description('users and their roles')
    .option('--json', 'as JSON')
    .action(run(async ({ json = false }: { json?: boolean }) => (await work()).listUsers(configDir(), json)))
  users
    .command('add')
    .description('a new user; the password is asked for')
    .argument('<name>', 'of the user')
    .addOption(roleOption())
    .option(...STDIN)
    .action(
      run(async (name: string, { role, passwordStdin = false }: { role: Role; passwordStdin?: boolean }) =>
        (await work()).addUser(configDir(), name, role, passwordStdin),
      ),
    )
  users
    .command('passwd')
    .description('another password; whoever is logged in as that user is logged out')
    .argument('<name>', 'of the user')
    .option(...STDIN)
    .action(
      run(async (name: string, { passwordStdin = false }: { passwordStdin?: boolean }) =>
        (await work()).setPassword(configDir(), name, passwordStdin),
      ),
    )
  users
    .command('role')
    .description('another role; whoever is logged in as that user is logged out')
    .argument('<name>', 'of the user')
    .argument('<role>', ROLES.join(' or '))
    .action(run(async (name: string, role: string) => (await work()).setRole(configDir(), name, role)))
  users
    .command('remove')
    .description('a user, who is logged out at once')
    .argument('<name>', 'of the user')
    .action(run(async (name: string) => (await work()).removeUser(configDir(), name)))

  const tokens = program.command('tokens').description('tokens by which scripts use the desk: list, add, revoke')
  tokens
    .command('list', { isDefault: true })
    .description('tokens, their roles and when they were used last; never the tokens themselves')
    .option('--json', 'as JSON')
    .action(run(async ({ json = false }: { json?: boolean }) => (await work()).listTokens(configDir(), json)))
  tokens
    .command('add')
    .description('a new token, printed once: Authorization: Bearer <token>')
    .argument('<name>', 'of the script, for the audit')
    .addOption(roleOption())
    .option('--for <time>', 'how long it counts, such as 90d; for good unless said')
    .action(
      run(async (name: string, { role, for: lasts }: { role: Role; for?: string }) =>
        (await work()).addToken(configDir(), name, role, lasts),
      ),
    )
  tokens
    .command('revoke')
    .description('a token counts no more')
    .argument('<id>', 'as list shows it')
    .action(run(async (id: string) => (await work()).revokeToken(configDir(), id)))
}
