/** `newsdesk status`. */

import { jsonOption, type RegisterCommand } from '../command.ts'

export const status: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('status')
    .description('show the state of daemons, sources, queues and Redis; exit code 1 if there is a problem')
    .addOption(jsonOption())
    .option('--watch', 'refresh every two seconds, until q or Ctrl-C')
    .action(
      run(async ({ json = false, watch = false }: { json?: boolean; watch?: boolean }) =>
        (await import('../actions/status.ts')).statusCommand(configDir(), { json, watch }),
      ),
    )
}
