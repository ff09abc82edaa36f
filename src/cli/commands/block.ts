/** `newsdesk block` and `newsdesk unblock`. */

import type { OverrideOptions } from '../actions/editing.ts'
import { byOption, durationOption, type RegisterCommand, reasonOption } from '../command.ts'

export const block: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('block')
    .description('keep an article or a whole story out of lists for a while')
    .argument('<what>', 'id of an article or story, or the URL of an article, even of one not yet ingested')
    .option('--list <list>', 'the list and its variants (default: every list)')
    .addOption(durationOption())
    .addOption(reasonOption())
    .addOption(byOption())
    .action(
      run(async (what: string, options: OverrideOptions) =>
        (await import('../actions/editing.ts')).addOverrideCommand(configDir(), 'block', what, options),
      ),
    )
}

export const unblock: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('unblock')
    .description('remove a block')
    .argument('<what>', 'id of the article or story, or the URL of the article')
    .option('--list <list>', 'from this list only')
    .addOption(byOption())
    .action(
      run(async (what: string, options: OverrideOptions) =>
        (await import('../actions/editing.ts')).removeOverrideCommand(configDir(), 'block', what, options),
      ),
    )
}
