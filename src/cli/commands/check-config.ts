/** `newsdesk check-config`. */

import { jsonOption, type RegisterCommand } from '../command.ts'

export const checkConfig: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('check-config')
    .description('check newsdesk.yaml, sources.yaml, sections.yaml and the environment, without Redis or network')
    .addOption(jsonOption())
    .action(
      run(async ({ json = false }: { json?: boolean }) =>
        (await import('../actions/check-config.ts')).checkConfigCommand(configDir(), { json }),
      ),
    )
}
