/** `newsdesk rules` and its subcommands. */

import { jsonOption, parsePositiveNumber, type RegisterCommand } from '../command.ts'

const actions = () => import('../actions/rules.ts')

interface Options {
  json?: boolean
  last?: number
}

export const rules: RegisterCommand = (program, { configDir, run }) => {
  const group = program
    .command('rules')
    .description(
      'list, try, add, remove and apply rules: what is dropped, hidden, labelled and filed by title, source, URL and more',
    )
  group
    .command('list', { isDefault: true })
    .description('list the rules in force, in order, with what they matched')
    .addOption(jsonOption())
    .action(run(async ({ json = false }: Options) => (await actions()).listCommand(configDir(), json)))
  group
    .command('test')
    .description('try rules on stored articles without changing anything (default: the rules in force)')
    .argument('[file]', 'YAML of one rule, or of rules as rules.yaml has them; - reads standard input')
    .option('--last <n>', 'the newest articles to look at', parsePositiveNumber, 1_000)
    .addOption(jsonOption())
    .action(
      run(async (file: string | undefined, { last = 1_000, json = false }: Options) =>
        (await actions()).testCommand(configDir(), file, { last, json }),
      ),
    )
  group
    .command('add')
    .description('add a live rule, or replace the one with its id; daemons follow within a second or two')
    .argument('<file>', 'YAML of one rule; - reads standard input')
    .action(run(async (file: string) => (await actions()).addCommand(configDir(), file)))
  group
    .command('remove')
    .description('remove a live rule')
    .argument('<id>', 'its id')
    .action(run(async (id: string) => (await actions()).removeCommand(configDir(), id)))
  group
    .command('move')
    .description('move a live rule by one place')
    .argument('<id>', 'its id')
    .argument('<to>', 'up or down')
    .action(run(async (id: string, to: string) => (await actions()).moveCommand(configDir(), id, to)))
  group
    .command('apply')
    .description('hide, label and weigh stored articles as the rules in force say; sections, texts and stories stay')
    .option('--last <n>', 'only the newest articles', parsePositiveNumber)
    .addOption(jsonOption())
    .action(run(async ({ last, json = false }: Options) => (await actions()).applyCommand(configDir(), { last, json })))
  group
    .command('dropped')
    .description('list the latest items that rules dropped')
    .addOption(jsonOption())
    .action(run(async ({ json = false }: Options) => (await actions()).droppedCommand(configDir(), json)))
}
