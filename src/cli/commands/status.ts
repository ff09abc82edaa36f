/** `newsdesk status`. */

import { Option } from 'commander'
import type { StatusOptions } from '../actions/status.ts'
import { jsonOption, type RegisterCommand } from '../command.ts'

export const status: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('status')
    .description('show the state of daemons, sources, queues and Redis; exit code 1 if there is a problem')
    .addOption(jsonOption())
    .option('--watch', 'refresh every two seconds, until q or Ctrl-C')
    .addOption(
      new Option(
        '--check',
        'one line for monitoring; exit code 0 ok, 1 warning, 2 critical, 3 unknown (Redis unreachable)',
      ).conflicts('watch'),
    )
    .action(
      run(async ({ json = false, watch = false, check = false }: Partial<StatusOptions>) =>
        (await import('../actions/status.ts')).statusCommand(configDir(), { json, watch, check }),
      ),
    )
}
