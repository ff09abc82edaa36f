/** `newsdesk quarantine` and its subcommands. */

import type { Command } from 'commander'
import { jsonOption, type RegisterCommand, requireOneOrAll } from '../command.ts'

const actions = () => import('../actions/quarantine.ts')

interface Options {
  body?: string
  all?: boolean
  json?: boolean
}

export const quarantine: RegisterCommand = (program, { configDir, run }) => {
  const group = program.command('quarantine').description('list, show, replay or delete what could not be ingested')
  group
    .command('list', { isDefault: true })
    .description('list unreadable bodies and refused items, with the reasons')
    .addOption(jsonOption())
    .action(run(async ({ json = false }: Options) => (await actions()).listCommand(configDir(), json)))
  group
    .command('show')
    .description('print a body as text (default: the newest of the source)')
    .argument('<source>', 'id of a source')
    .option('--body <id>', 'id of the body, as `quarantine list` shows it')
    .addOption(jsonOption())
    .action(
      run(async (id: string, { json = false, ...rest }: Options) =>
        (await actions()).showCommand(configDir(), id, { json, ...rest }),
      ),
    )
  group
    .command('replay')
    .description('parse bodies again as if just fetched and ingest new items; readable bodies leave quarantine')
    .argument('[source]', 'id of a source')
    .option('--body <id>', 'id of the body, as `quarantine list` shows it')
    .option('--all', 'every source')
    .addOption(jsonOption())
    .action(
      run(async (id: string | undefined, options: Options, command: Command) => {
        const { all = false, json = false, ...rest } = options
        requireOneOrAll(command, id, all)
        return (await actions()).replayCommand(configDir(), id, { json, ...rest })
      }),
    )
  group
    .command('drop')
    .description('delete the bodies and refused items of a source')
    .argument('[source]', 'id of a source')
    .option('--all', 'every source')
    .addOption(jsonOption())
    .action(
      run(async (id: string | undefined, { all = false, json = false }: Options, command: Command) => {
        requireOneOrAll(command, id, all)
        return (await actions()).dropCommand(configDir(), id, { json })
      }),
    )
}
