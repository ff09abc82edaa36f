/** `newsdesk users` and its subcommands. */

import { Option } from 'commander'
import type { UserRole } from '../../domain/actor.ts'
import { jsonOption, type RegisterCommand, USER_ROLES, userRoleOption } from '../command.ts'

const actions = () => import('../actions/who.ts')

const passwordOption = (): Option =>
  new Option('--password-stdin', 'read the password from standard input instead of asking for it')

export const users: RegisterCommand = (program, { configDir, run }) => {
  const group = program.command('users').description('list, add, change or remove users of the admin UI')
  group
    .command('list', { isDefault: true })
    .description('list users and their roles')
    .addOption(jsonOption())
    .action(run(async ({ json = false }: { json?: boolean }) => (await actions()).listUsers(configDir(), json)))
  group
    .command('add')
    .description('add a user; asks for the password')
    .argument('<name>', 'name of the user')
    .addOption(userRoleOption())
    .addOption(passwordOption())
    .action(
      run(async (name: string, { role, passwordStdin = false }: { role: UserRole; passwordStdin?: boolean }) =>
        (await actions()).addUser(configDir(), name, role, passwordStdin),
      ),
    )
  group
    .command('passwd')
    .description('change the password of a user, and end all sessions of that user')
    .argument('<name>', 'name of the user')
    .addOption(passwordOption())
    .action(
      run(async (name: string, { passwordStdin = false }: { passwordStdin?: boolean }) =>
        (await actions()).setPassword(configDir(), name, passwordStdin),
      ),
    )
  group
    .command('role')
    .description('change the role of a user, and end all sessions of that user')
    .argument('<name>', 'name of the user')
    .argument('<role>', USER_ROLES.join(', '))
    .action(run(async (name: string, role: string) => (await actions()).setRole(configDir(), name, role)))
  group
    .command('remove')
    .description('remove a user, and end all sessions of that user')
    .argument('<name>', 'name of the user')
    .action(run(async (name: string) => (await actions()).removeUser(configDir(), name)))
}
