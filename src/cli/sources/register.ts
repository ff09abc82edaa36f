/** The subcommands of `newsdesk sources`, as they are typed. Each is loaded when it is asked for. */

import { type Command, InvalidArgumentError } from 'commander'

type Run = <Args extends unknown[]>(command: (...args: Args) => Promise<number>) => (...args: Args) => Promise<void>

const weightOf = (text: string): number => {
  const weight = Number(text)
  if (text.trim() === '' || !(weight >= 0 && weight <= 10))
    throw new InvalidArgumentError('must be a number from 0 to 10')
  return weight
}

export const registerSources = (program: Command, configDir: () => string, run: Run): void => {
  const sources = program
    .command('sources')
    .description('show the sources: state, last and next fetch, and why; add, import, check, pause and remove them')
    .option('--failing', 'only those that fail or are late')
    .option('--json', 'as JSON')
    .action(
      run(async ({ failing = false, json = false }: { failing?: boolean; json?: boolean }) =>
        (await import('../show.ts')).sourcesCommand(configDir(), { failing, json }),
      ),
    )
  /** An option of a subcommand that its parent has too is taken by the parent. */
  const jsonWanted = (): boolean => sources.opts<{ json?: boolean }>().json === true

  sources
    .command('add')
    .description('find the feeds behind any page, show what each holds, and add the ones you want')
    .argument('<url>', 'of a feed, or of any page of the publisher')
    .option('--id <id>', 'id of the source, in place of one by its domain')
    .option('--section <id>', 'its section, in place of the one its items speak for')
    .option('--language <tag>', 'language of its articles, such as en or pt-BR, in place of the one its feed declares')
    .option('--name <name>', 'what readers see, in place of the title of the feed')
    .option('--weight <n>', 'standing in must-reads, 0 to 10', weightOf)
    .option('--yes', 'add the first feed found, without asking')
    .option('--all', 'with --yes: all feeds found')
    .option('--dry-run', 'only show what there is')
    .option('--json', 'as JSON')
    .action(
      run(
        async (
          url: string,
          {
            yes = false,
            all = false,
            dryRun = false,
            json = false,
            ...own
          }: Record<string, never> & {
            yes?: boolean
            all?: boolean
            dryRun?: boolean
            json?: boolean
          },
        ) =>
          (await import('./add.ts')).addCommand(configDir(), url, {
            ...own,
            yes,
            all,
            dryRun,
            json: json || jsonWanted(),
          }),
      ),
    )

  sources
    .command('import')
    .description('add the feeds of an OPML file; folders become sections')
    .argument('<file>', 'OPML; - for standard input')
    .option('--section <id>', 'of those whose folder and items speak for none')
    .option('--no-check', 'add them without looking at each first')
    .option('--skip-failing', 'leave out those that cannot be reached now')
    .option('--yes', 'without asking')
    .option('--json', 'as JSON')
    .action(
      run(
        async (
          file: string,
          options: { section?: string; check: boolean; skipFailing?: boolean; yes?: boolean; json?: boolean },
        ) => {
          const { section, check, skipFailing = false, yes = false, json = false } = options
          return (await import('./import.ts')).importCommand(configDir(), file, {
            ...(section === undefined ? {} : { section }),
            check,
            skipFailing,
            yes,
            json: json || jsonWanted(),
          })
        },
      ),
    )

  sources
    .command('export')
    .description('write the sources as OPML to stdout')
    .option('--yaml', 'what was added with the command line, to be moved into sources.yaml')
    .option('--all', 'with --yaml: all sources')
    .option('--json', 'as JSON')
    .action(
      run(async ({ yaml = false, all = false, json = false }: { yaml?: boolean; all?: boolean; json?: boolean }) =>
        (await import('./export.ts')).exportCommand(configDir(), { yaml, all, json: json || jsonWanted() }),
      ),
    )

  sources
    .command('check')
    .description('fetch every source once and tell what is wrong; exit code 1 where something is')
    .option('--json', 'as JSON')
    .action(
      run(async ({ json = false }: { json?: boolean }) =>
        (await import('./check.ts')).checkCommand(configDir(), { json: json || jsonWanted() }),
      ),
    )

  for (const [change, description] of [
    ['pause', 'stop polling sources; their articles stay'],
    ['resume', 'poll paused sources again'],
    ['remove', 'take sources out of the catalogue and forget what is known of them; their articles stay'],
  ] as const) {
    const command = sources.command(change).description(description).argument('<id...>', 'of the sources')
    if (change === 'remove') command.option('--yes', 'without asking')
    command
      .option('--json', 'as JSON')
      .action(
        run(async (ids: string[], { yes = false, json = false }: { yes?: boolean; json?: boolean }) =>
          (await import('./change.ts')).changeCommand(configDir(), change, ids, { yes, json: json || jsonWanted() }),
        ),
      )
  }

  for (const [decision, description] of [
    ['accept', 'take the place that a source leads to for its publisher’s, and what is held from there in'],
    ['refuse', 'delete what is held from the place that a source leads to, and take nothing in from there'],
  ] as const)
    sources
      .command(decision)
      .description(description)
      .argument('<id>', 'of the source')
      .option('--json', 'as JSON')
      .action(
        run(async (id: string, { json = false }: { json?: boolean }) =>
          (await import('./decide.ts')).decideCommand(configDir(), decision, id, { json: json || jsonWanted() }),
        ),
      )

  sources
    .command('why')
    .description("the story of a source's last 30 fetches, and of the next")
    .argument('<id>', 'of the source')
    .option('--json', 'as JSON')
    .action(
      run(async (id: string, { json = false }: { json?: boolean }) =>
        (await import('./why.ts')).whyCommand(configDir(), id, { json: json || jsonWanted() }),
      ),
    )
}
