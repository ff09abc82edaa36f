/** `newsdesk start`. */

import { InvalidArgumentError } from 'commander'
import { ROLES, type Role } from '../../config/roles.ts'
import type { RegisterCommand } from '../command.ts'

const parseRoles = (text: string): Role[] =>
  text.split(',').map(each => {
    const role = ROLES.find(known => known === each.trim())
    if (!role) throw new InvalidArgumentError(`${JSON.stringify(each)} is not a role. Roles: ${ROLES.join(', ')}`)
    return role
  })

export const start: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('start')
    .description('run the daemon until it receives SIGTERM; SIGHUP reloads the configuration')
    .option('--roles <roles>', `what this process does, separated by commas: ${ROLES.join(',')}`, parseRoles)
    .action(
      run(async ({ roles }: { roles?: Role[] }) => {
        // Looking the time zone up takes long; other commands need none.
        const { pinToUtc } = await import('../../util/time-zone.ts')
        pinToUtc()
        return (await import('../actions/start.ts')).start(configDir(), roles)
      }),
    )
}
