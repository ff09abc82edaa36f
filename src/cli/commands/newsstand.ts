/** `newsdesk newsstand`. */

import { parsePositiveNumber, parseWholeNumber, type RegisterCommand } from '../command.ts'

export const newsstand: RegisterCommand = (program, { run }) => {
  program
    .command('newsstand')
    .description('serve invented publishers, or a folder of feed files, over HTTP on this machine')
    .option('--port <n>', 'port to listen on; 0 for any free port', parseWholeNumber, 3221)
    .option('--speed <x>', 'how much faster than real time editions are published', parsePositiveNumber, 60)
    .option('--seed <n>', 'seed of the invented editions', parseWholeNumber, 1)
    .option('--folder <dir>', 'serve the feed files in this folder instead')
    .action(
      run(async (options: { port: number; speed: number; seed: number; folder?: string }) =>
        (await import('../../../demo/publishers/command.ts')).newsstandCommand(options),
      ),
    )
}
