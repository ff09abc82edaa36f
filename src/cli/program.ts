/** Builds the program from its commands: the options that all of them share, and the help text. */

import { Command, Option } from 'commander'
import { version } from '../util/version.ts'
import type { CliContext, RegisterCommand } from './command.ts'
import { COMMANDS } from './commands/index.ts'

/** Headings of --help, and the commands under each; a command that is under none is listed last. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'Run:': ['start', 'status', 'doctor', 'check-config', 'log', 'migrate', 'replay', 'webhooks', 'support-bundle'],
  'Sources:': ['crawl', 'sources', 'quarantine'],
  'Editors:': ['lists', 'explain', 'pin', 'unpin', 'block', 'unblock', 'overrides', 'rules', 'articles', 'stories'],
  'Access:': ['users', 'tokens', 'acl'],
  'Tools:': ['demo', 'newsstand', 'cluster', 'classify', 'train-sections'],
}

/** The settings of newsdesk.yaml that most sites look at first. */
export const FIRST_SETTINGS: readonly (readonly [key: string, text: string])[] = [
  ['redis.url', 'the Redis that holds everything'],
  ['roles', 'what this process does'],
  ['crawl.contact', 'how publishers reach you'],
  ['crawl.minInterval', 'how often a source is fetched at most'],
  ['articles.retention', 'how long articles are kept'],
  ['articles.memory', 'evict the oldest articles above this size'],
  ['http.port', 'the public server: lists, and events from pages'],
  ['admin.port', 'the admin UI, probes and metrics'],
  ['admin.password', 'of the user admin, instead of a one-time link'],
  ['log.level', 'how much is logged'],
]

const MIN_TIMEOUT = 100
const MAX_TIMEOUT = 3_600_000

/** Reads --timeout before the command runs; commands without it do not load what parses durations. */
const applyTimeout = async (program: Command): Promise<void> => {
  if (program.getOptionValueSource('timeout') === 'default') return
  const text = String(program.opts().timeout)
  const [{ Duration }, { commandTimeout }] = await Promise.all([import('../util/units.ts'), import('./timeout.ts')])
  const parsed = Duration.safeParse(text)
  const problem = !parsed.success
    ? (parsed.error.issues[0]?.message ?? 'must be a duration such as 5s')
    : parsed.data < MIN_TIMEOUT || parsed.data > MAX_TIMEOUT
      ? 'must be between 100ms and 1h'
      : undefined
  if (problem !== undefined)
    program.error(`error: option '--timeout <time>' argument '${text}' is invalid. ${problem}`, { exitCode: 2 })
  if (parsed.success) commandTimeout.ms = parsed.data
}

/** @param commands in the order in which --help lists them */
export const buildProgram = (commands: readonly RegisterCommand[] = COMMANDS): Command => {
  const program = new Command('newsdesk')
    .description("The background worker behind a news site's lists: reads feeds, writes ranked lists to Redis.")
    .version(version)
    .addOption(
      new Option('--config <dir>', 'folder with newsdesk.yaml, sources.yaml and sections.yaml')
        .default('config')
        .env('NEWSDESK_CONFIG'),
    )
    .addOption(
      new Option('--timeout <time>', 'how long to wait for a reply from Redis, such as 500ms or 30s').default('5s'),
    )
    .showHelpAfterError('(add --help for usage)')
    .exitOverride()
    .addHelpText(
      'after',
      `\nThe settings that matter first, in newsdesk.yaml (docs/configuration.md has all):\n${FIRST_SETTINGS.map(([key, text]) => `  ${key.padEnd(20)}${text}`).join('\n')}\n` +
        '\nExit codes: 0 success, 1 failure, 2 wrong usage or configuration.\nDocumentation: README.md, docs/',
    )
    .hook('preAction', applyTimeout)
  const context: CliContext = {
    configDir: () => String(program.opts().config),
    run:
      action =>
      async (...args) => {
        process.exitCode = await action(...args)
      },
  }
  for (const register of commands) register(program, context)
  for (const [heading, names] of Object.entries(GROUPS))
    for (const command of program.commands) if (names.includes(command.name())) command.helpGroup(heading)
  return program
}
