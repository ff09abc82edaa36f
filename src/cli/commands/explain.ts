/** `newsdesk explain`. */

import { jsonOption, parsePlace, type RegisterCommand } from '../command.ts'

export const explain: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('explain')
    .description("explain an entry's place in a list, or the section and story of an article")
    .argument('<what>', 'a list such as must-reads or latest:world, or the id of an article')
    .argument('[rank]', 'with a list: the place of the entry', parsePlace)
    .addOption(jsonOption())
    .action(
      run(async (what: string, rank: number | undefined, { json = false }: { json?: boolean }) =>
        rank === undefined
          ? (await import('../actions/explain.ts')).explainCommand(configDir(), what, { json })
          : (await import('../actions/editing.ts')).explainEntryCommand(configDir(), what, rank, { json }),
      ),
    )
}
