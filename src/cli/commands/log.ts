/** `newsdesk log`. */

import type { RegisterCommand } from '../command.ts'

export const log: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('log')
    .description('show the log level of running daemons, or change it for a while')
    .argument('[level]', 'trace, debug, info, warn, error, fatal or silent; default restores the configured level')
    .option('--for <time>', 'how long, such as 10m; at most one day', '10m')
    .option('--daemon <id>', 'only this daemon, as `newsdesk status` names it')
    .action(
      run(async (level: string | undefined, options: { for: string; daemon?: string }) =>
        (await import('../actions/log.ts')).logCommand(configDir(), level, options),
      ),
    )
}
