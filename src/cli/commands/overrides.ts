/** `newsdesk pin`, `unpin`, `block`, `unblock` and `overrides`. */

import type { Command } from 'commander'
import type { OverrideOptions } from '../actions/editing.ts'
import { byOption, durationOption, jsonOption, parsePlace, type RegisterCommand, reasonOption } from '../command.ts'

const actions = () => import('../actions/editing.ts')

/** Adds what setting a pin and setting a block have in common. */
const withSetOptions = (command: Command): Command =>
  command.addOption(durationOption()).addOption(reasonOption()).addOption(byOption())

export const pin: RegisterCommand = (program, { configDir, run }) => {
  const command = program
    .command('pin')
    .description('pin an article to a place of a list for a while, whatever the ranking says')
    .argument('<what>', 'id or URL of an article')
    .option('--list <list>', 'the list (default: must-reads)')
    .option('--place <n>', 'the place, counted from 1', parsePlace, 1)
  withSetOptions(command).action(
    run(async (what: string, options: OverrideOptions) =>
      (await actions()).addOverrideCommand(configDir(), 'pin', what, options),
    ),
  )
}

export const block: RegisterCommand = (program, { configDir, run }) => {
  const command = program
    .command('block')
    .description('keep an article or a whole story out of lists for a while')
    .argument('<what>', 'id of an article or story, or the URL of an article, even of one not yet ingested')
    .option('--list <list>', 'the list and its variants (default: every list)')
  withSetOptions(command).action(
    run(async (what: string, options: OverrideOptions) =>
      (await actions()).addOverrideCommand(configDir(), 'block', what, options),
    ),
  )
}

const removal =
  (kind: 'pin' | 'block', what: string): RegisterCommand =>
  (program, { configDir, run }) => {
    program
      .command(`un${kind}`)
      .description(`remove a ${kind}`)
      .argument('<what>', what)
      .option('--list <list>', 'from this list only')
      .addOption(byOption())
      .action(
        run(async (named: string, options: OverrideOptions) =>
          (await actions()).removeOverrideCommand(configDir(), kind, named, options),
        ),
      )
  }

export const unpin = removal('pin', 'id or URL of the article')
export const unblock = removal('block', 'id of the article or story, or the URL of the article')

export const overrides: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('overrides')
    .description('show the pins and blocks in force, or the log of who added and removed them')
    .option('--log', 'the latest hundred changes, with author, time and reason')
    .addOption(jsonOption())
    .action(
      run(async ({ log = false, json = false }: { log?: boolean; json?: boolean }) =>
        (await actions()).overridesCommand(configDir(), { log, json }),
      ),
    )
}
