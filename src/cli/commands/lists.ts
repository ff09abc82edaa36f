/** `newsdesk lists`. */

import { jsonOption, parseWholeNumber, type RegisterCommand } from '../command.ts'

export const lists: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('lists')
    .description('show the published lists, or the entries of one')
    .argument('[list]', 'such as latest:world, most-read:now or must-reads')
    .option('--limit <n>', 'maximum number of entries', parseWholeNumber, 20)
    .addOption(jsonOption())
    .action(
      run(async (list: string | undefined, { limit, json = false }: { limit: number; json?: boolean }) =>
        (await import('../actions/lists.ts')).listsCommand(configDir(), list, { limit, json }),
      ),
    )
}
