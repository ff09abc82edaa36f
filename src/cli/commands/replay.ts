/** `newsdesk replay`. */

import { jsonOption, type RegisterCommand } from '../command.ts'

export const replay: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('replay')
    .description('recount the events still in the stream, for instance after a rule changed; counting pauses meanwhile')
    .requiredOption('--from <time>', 'start, as a time or an age such as 2h; rounded down to the full hour')
    .option('--totals', 'also adjust totals by the difference')
    .addOption(jsonOption())
    .action(
      run(async ({ from, totals = false, json = false }: { from: string; totals?: boolean; json?: boolean }) =>
        (await import('../actions/replay.ts')).replayCommand(configDir(), { from, totals, json }),
      ),
    )
}
