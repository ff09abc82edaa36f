/** `newsdesk tokens` and its subcommands. */

import type { UserRole } from '../../domain/actor.ts'
import { jsonOption, type RegisterCommand, userRoleOption } from '../command.ts'

const actions = () => import('../actions/who.ts')

export const tokens: RegisterCommand = (program, { configDir, run }) => {
  const group = program.command('tokens').description('list, add or revoke tokens with which scripts use the admin API')
  group
    .command('list', { isDefault: true })
    .description('list tokens with their roles and last use; the tokens themselves are never shown')
    .addOption(jsonOption())
    .action(run(async ({ json = false }: { json?: boolean }) => (await actions()).listTokens(configDir(), json)))
  group
    .command('add')
    .description('create a token and print it once; send it as `Authorization: Bearer <token>`')
    .argument('<name>', 'name of the script, as the audit log shows it')
    .addOption(userRoleOption())
    .option('--for <time>', 'how long the token is valid, such as 90d (default: it does not expire)')
    .action(
      run(async (name: string, { role, for: lasts }: { role: UserRole; for?: string }) =>
        (await actions()).addToken(configDir(), name, role, lasts),
      ),
    )
  group
    .command('revoke')
    .description('revoke a token')
    .argument('<id>', 'id of the token, as `tokens list` shows it')
    .action(run(async (id: string) => (await actions()).revokeToken(configDir(), id)))
}
