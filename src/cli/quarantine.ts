/** `newsdesk quarantine`: what could not be taken in, looked at, read again with the code of today, or dropped. */

import type { Command } from 'commander'

/** Loaded when it is needed: the other commands start without it. */
const work = () => import('./quarantine-work.ts')

/** Adds the command to the program. @param run sets the exit code of what a command returns */
export const registerQuarantine = (
  program: Command,
  configDir: () => string,
  run: <Args extends unknown[]>(command: (...args: Args) => Promise<number>) => (...args: Args) => Promise<void>,
): void => {
  const group = program
    .command('quarantine')
    .description('what could not be taken in: list it, look at it, read it again, drop it')
  const oneOrAll = (id: string | undefined, all: boolean): void => {
    if ((id === undefined) === !all) program.error('error: name one source, or --all', { exitCode: 2 })
  }
  type Options = { body?: string; all?: boolean; json?: boolean }
  group
    .command('list', { isDefault: true })
    .description('bodies that could not be read and items that were refused, with the reasons')
    .option('--json', 'as JSON')
    .action(run(async ({ json = false }: Options) => (await work()).listCommand(configDir(), json)))
  group
    .command('show')
    .description('a body as text, the newest of the source unless named')
    .argument('<source>', 'id of a source')
    .option('--body <id>', 'which, as list names it')
    .option('--json', 'as JSON')
    .action(
      run(async (id: string, { json = false, ...rest }: Options) =>
        (await work()).showCommand(configDir(), id, { json, ...rest }),
      ),
    )
  group
    .command('replay')
    .description('read it again, as if just fetched, and take in what is new; what can be read leaves quarantine')
    .argument('[source]', 'id of a source')
    .option('--body <id>', 'which, as list names it')
    .option('--all', 'of every source')
    .option('--json', 'as JSON')
    .action(
      run(async (id: string | undefined, { all = false, json = false, ...rest }: Options) => {
        oneOrAll(id, all)
        return (await work()).replayCommand(configDir(), id, { json, ...rest })
      }),
    )
  group
    .command('drop')
    .description('forget what is kept of a source, refused items too')
    .argument('[source]', 'id of a source')
    .option('--all', 'of every source')
    .option('--json', 'as JSON')
    .action(
      run(async (id: string | undefined, { all = false, json = false }: Options) => {
        oneOrAll(id, all)
        return (await work()).dropCommand(configDir(), id, { json })
      }),
    )
}
