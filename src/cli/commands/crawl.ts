/** `newsdesk crawl`. */

import type { Command } from 'commander'
import { jsonOption, type RegisterCommand, requireOneOrAll } from '../command.ts'

export const crawl: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('crawl')
    .description('re-crawl a source now, ignoring its schedule, validators and backoff')
    .argument('[source]', 'id or URL of a source')
    .option('--all', 'every enabled source')
    .option('--wait', 'wait until the crawl is done, and print its result')
    .addOption(jsonOption())
    .action(
      run(
        async (
          source: string | undefined,
          { all = false, wait = false, json = false }: { all?: boolean; wait?: boolean; json?: boolean },
          command: Command,
        ) => {
          requireOneOrAll(command, source, all)
          return (await import('../actions/crawl.ts')).crawlCommand(configDir(), source, { all, wait, json })
        },
      ),
    )
}
