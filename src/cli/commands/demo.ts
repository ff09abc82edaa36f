/** `newsdesk demo`. */

import { parsePositiveNumber, type RegisterCommand } from '../command.ts'

export const demo: RegisterCommand = (program, { run }) => {
  program
    .command('demo')
    .description('run all of newsdesk against invented publishers, and show its front page')
    .option('--once', 'print the page when every list is published, then exit')
    .option('--json', 'with --once: print the lists as JSON on stdout and everything else on stderr')
    .option('--seconds <n>', 'stop after this time', parsePositiveNumber)
    .action(
      run(async (options: { once?: boolean; json?: boolean; seconds?: number }) => {
        // Looking the time zone up takes long; other commands need none.
        const { pinToUtc } = await import('../../util/time-zone.ts')
        pinToUtc()
        return (await import('../../../demo/demo.ts')).runDemo(options)
      }),
    )
}
