/** `newsdesk lists`. */

import { jsonOption, parseWholeNumber, type RegisterCommand } from '../command.ts'

export const lists: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('lists')
    .description('show the published lists, or the entries of one')
    .argument('[list]', 'such as latest:world, most-read:now or must-reads')
    .option('--limit <n>', 'maximum number of entries', parseWholeNumber, 20)
    .option('--changes [span]', 'what changed in a list in the last hour, or in a span such as 6h')
    .addOption(jsonOption())
    .action(
      run(
        async (
          list: string | undefined,
          { limit, changes, json = false }: { limit: number; changes?: string | true; json?: boolean },
        ) => {
          const actions = await import('../actions/lists.ts')
          return changes === undefined
            ? actions.listsCommand(configDir(), list, { limit, json })
            : actions.listChangesCommand(configDir(), list, { span: changes === true ? '1h' : changes, json })
        },
      ),
    )
}
