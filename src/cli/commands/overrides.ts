/** `newsdesk overrides`. */

import { jsonOption, type RegisterCommand } from '../command.ts'

export const overrides: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('overrides')
    .description('show the pins and blocks in force, or the log of who added and removed them')
    .option('--log', 'the latest hundred changes, with author, time and reason')
    .addOption(jsonOption())
    .action(
      run(async ({ log = false, json = false }: { log?: boolean; json?: boolean }) =>
        (await import('../actions/editing.ts')).overridesCommand(configDir(), { log, json }),
      ),
    )
}
