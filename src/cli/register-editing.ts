/** Registers the commands by which editors ask about lists and change them. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { PlacementOptions } from './editing.ts'

type Run = <Args extends unknown[]>(command: (...args: Args) => Promise<number>) => (...args: Args) => Promise<void>

const placeOf = (text: string): number => {
  const place = Number(text)
  if (!Number.isInteger(place) || place < 1) throw new InvalidArgumentError('must be a place, counted from 1')
  return place
}

export const registerEditing = (program: Command, configDir: () => string, run: Run): void => {
  program
    .command('explain')
    .description('why an entry stands where it stands in a list; or of one article, why in its section and story')
    .argument('<what>', 'a list such as must-reads or latest:world; or the id of an article')
    .argument('[rank]', 'of a list: the place of the entry', placeOf)
    .option('--json', 'as JSON')
    .action(
      run(async (what: string, rank: number | undefined, { json = false }: { json?: boolean }) =>
        rank === undefined
          ? (await import('./explain.ts')).explainCommand(configDir(), what, { json })
          : (await import('./editing.ts')).explainEntryCommand(configDir(), what, rank, { json }),
      ),
    )

  const by = () => new Option('--by <name>', 'who decides it; else your user name')
  for (const kind of ['pin', 'block'] as const) {
    const placing = program
      .command(kind)
      .description(
        kind === 'pin'
          ? 'put an article at a place of a list for a while; goes over every rule'
          : 'keep an article, or a whole story, off lists for a while',
      )
      .argument(
        '<what>',
        kind === 'pin'
          ? 'id or address of an article'
          : 'id of an article or story, or the address of an article, also of one to come',
      )
      .option('--list <list>', kind === 'pin' ? 'which; must-reads' : 'which, and its parts; every list')
      .option('--for <time>', 'how long, such as 30m, 6h or 2d', '6h')
      .option('--why <text>', 'kept in the log')
      .addOption(by())
    if (kind === 'pin') placing.option('--place <n>', 'counted from 1', placeOf, 1)
    placing.action(
      run(async (what: string, options: PlacementOptions) =>
        (await import('./editing.ts')).placeCommand(configDir(), kind, what, options),
      ),
    )
    program
      .command(`un${kind}`)
      .description(kind === 'pin' ? 'take a pin back' : 'take a block back')
      .argument('<what>', 'its id or address')
      .option('--list <list>', 'from this list only')
      .addOption(by())
      .action(
        run(async (what: string, options: PlacementOptions) =>
          (await import('./editing.ts')).liftCommand(configDir(), kind, what, options),
        ),
      )
  }

  program
    .command('placements')
    .description('pins and blocks in force; or who placed and lifted what, when and why')
    .option('--log', 'the latest hundred decisions')
    .option('--json', 'as JSON')
    .action(
      run(async ({ log = false, json = false }: { log?: boolean; json?: boolean }) =>
        (await import('./editing.ts')).placementsCommand(configDir(), { log, json }),
      ),
    )

  program
    .command('section')
    .description('put an article under another section, whatever its evidence says, until it is taken back')
    .argument('<article>', 'its id')
    .argument('[section]', 'id of the section; without one, its evidence decides again')
    .action(
      run(async (id: string, section: string | undefined) =>
        (await import('./editing.ts')).fileCommand(configDir(), id, section ?? null),
      ),
    )
}
