/** `newsdesk sources` and its subcommands. */

import { type Command, InvalidArgumentError } from 'commander'
import type { ProposalWishes } from '../../use-cases/propose-sources.ts'
import { type CliContext, jsonOption, type RegisterCommand, wantsJson } from '../command.ts'

const parseWeight = (text: string): number => {
  const weight = Number(text)
  if (text.trim() === '' || !(weight >= 0 && weight <= 10))
    throw new InvalidArgumentError('must be a number from 0 to 10')
  return weight
}

interface AddFlags {
  yes?: boolean
  all?: boolean
  dryRun?: boolean
}

const registerAdd = (group: Command, { configDir, run }: CliContext): void => {
  group
    .command('add')
    .description('find the feeds of any page, show what each contains, and add the ones you choose')
    .argument('<url>', "a feed, or any page on the publisher's site")
    .option('--id <id>', 'id of the source (default: derived from its domain)')
    .option('--section <id>', 'its section (default: derived from its items)')
    .option('--general', 'it is a general paper: its section is only where articles without any evidence go')
    .option('--language <tag>', 'language of its articles, such as en or pt-BR (default: as the feed declares)')
    .option('--name <name>', 'name that readers see (default: the title of the feed)')
    .option('--weight <n>', 'its weight in must-reads, 0 to 10', parseWeight)
    .option('--yes', 'add the first feed found, without asking')
    .option('--all', 'with --yes: add every feed found')
    .option('--dry-run', 'only show the feeds found')
    .addOption(jsonOption())
    .action(
      run(async (url: string, options: AddFlags & ProposalWishes & { json?: boolean }, command: Command) => {
        const { yes = false, all = false, dryRun = false, json: _, ...wishes } = options
        const { addCommand } = await import('../actions/sources/add.ts')
        return addCommand(configDir(), url, { ...wishes, yes, all, dryRun, json: wantsJson(command) })
      }),
    )
}

interface ImportFlags {
  section?: string
  check: boolean
  skipFailing?: boolean
  yes?: boolean
}

const registerTransfer = (group: Command, { configDir, run }: CliContext): void => {
  group
    .command('import')
    .description('add the feeds of an OPML file; its folders become sections')
    .argument('<file>', 'OPML file; - for standard input')
    .option('--section <id>', 'section of feeds whose folder and items suggest none')
    .option('--no-check', 'add feeds without fetching them first')
    .option('--skip-failing', 'skip feeds that cannot be fetched now')
    .option('--yes', 'do not ask for confirmation')
    .addOption(jsonOption())
    .action(
      run(async (file: string, options: ImportFlags, command: Command) => {
        const { section, check, skipFailing = false, yes = false } = options
        const { importCommand } = await import('../actions/sources/import.ts')
        return importCommand(configDir(), file, {
          ...(section === undefined ? {} : { section }),
          ...{ check, skipFailing, yes, json: wantsJson(command) },
        })
      }),
    )
  group
    .command('export')
    .description('write the sources to stdout as OPML')
    .option('--yaml', 'write sources added outside sources.yaml as YAML, ready to paste into it')
    .option('--all', 'with --yaml: every source')
    .addOption(jsonOption())
    .action(
      run(async ({ yaml = false, all = false }: { yaml?: boolean; all?: boolean }, command: Command) =>
        (await import('../actions/sources/export.ts')).exportCommand(configDir(), {
          ...{ yaml, all, json: wantsJson(command) },
        }),
      ),
    )
}

const CHANGES = {
  pause: 'stop polling sources; their articles stay',
  resume: 'poll paused sources again',
  remove: 'remove sources and their state; their articles stay',
} as const

const registerChanges = (group: Command, { configDir, run }: CliContext): void => {
  for (const change of ['pause', 'resume', 'remove'] as const) {
    const command = group.command(change).description(CHANGES[change]).argument('<id...>', 'ids of the sources')
    if (change === 'remove') command.option('--yes', 'do not ask for confirmation')
    command.addOption(jsonOption()).action(
      run(async (ids: string[], { yes = false }: { yes?: boolean }) => {
        const { changeCommand } = await import('../actions/sources/change.ts')
        return changeCommand(configDir(), change, ids, { yes, json: wantsJson(command) })
      }),
    )
  }
}

const DECISIONS = {
  accept: "accept the new location of a source as its publisher's, and ingest the items held from it",
  refuse: 'refuse the new location of a source, and delete the items held from it',
} as const

const registerDecisions = (group: Command, { configDir, run }: CliContext): void => {
  for (const decision of ['accept', 'refuse'] as const)
    group
      .command(decision)
      .description(DECISIONS[decision])
      .argument('<id>', 'id of the source')
      .addOption(jsonOption())
      .action(
        run(async (id: string, _options: unknown, command: Command) =>
          (await import('../actions/sources/decide.ts')).decideCommand(configDir(), decision, id, {
            json: wantsJson(command),
          }),
        ),
      )
}

export const sources: RegisterCommand = (program, context) => {
  const { configDir, run } = context
  const group = program
    .command('sources')
    .description('show each source, its last and next fetch; add, import, check, pause, remove or explain sources')
    .option('--failing', 'only sources that fail, are late, or whose items are all refused')
    .addOption(jsonOption())
    .action(
      run(async ({ failing = false, json = false }: { failing?: boolean; json?: boolean }) =>
        (await import('../actions/sources/show.ts')).sourcesCommand(configDir(), { failing, json }),
      ),
    )
  group
    .command('explain')
    .description('show the last 30 fetches of a source, and why the next is due when it is')
    .argument('<id>', 'id of the source')
    .addOption(jsonOption())
    .action(
      run(async (id: string, _options: unknown, command: Command) =>
        (await import('../actions/sources/explain.ts')).explainSourceCommand(configDir(), id, {
          json: wantsJson(command),
        }),
      ),
    )
  registerAdd(group, context)
  registerTransfer(group, context)
  group
    .command('check')
    .description('fetch every source once and report problems; exit code 1 if there are any')
    .addOption(jsonOption())
    .action(
      run(async (_options: unknown, command: Command) =>
        (await import('../actions/sources/check.ts')).checkCommand(configDir(), { json: wantsJson(command) }),
      ),
    )
  registerChanges(group, context)
  registerDecisions(group, context)
}
