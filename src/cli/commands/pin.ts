/** `newsdesk pin` and `newsdesk unpin`. */

import type { OverrideOptions } from '../actions/editing.ts'
import { byOption, durationOption, parsePlace, type RegisterCommand, reasonOption } from '../command.ts'

export const pin: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('pin')
    .description('pin an article to a place of a list for a while, whatever the ranking says')
    .argument('<what>', 'id or URL of an article')
    .option('--list <list>', 'the list (default: must-reads)')
    .option('--place <n>', 'the place, counted from 1', parsePlace, 1)
    .addOption(durationOption())
    .addOption(reasonOption())
    .addOption(byOption())
    .action(
      run(async (what: string, options: OverrideOptions) =>
        (await import('../actions/editing.ts')).addOverrideCommand(configDir(), 'pin', what, options),
      ),
    )
}

export const unpin: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('unpin')
    .description('remove a pin')
    .argument('<what>', 'id or URL of the article')
    .option('--list <list>', 'from this list only')
    .addOption(byOption())
    .action(
      run(async (what: string, options: OverrideOptions) =>
        (await import('../actions/editing.ts')).removeOverrideCommand(configDir(), 'pin', what, options),
      ),
    )
}
