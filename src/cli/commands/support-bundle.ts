/** `newsdesk support-bundle`. */

import type { RegisterCommand } from '../command.ts'

export const supportBundle: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('support-bundle')
    .description('write versions, configuration (without secrets), status, doctor, metrics and log into one file')
    .option('--out <file>', 'JSON file to write', 'newsdesk-support.json')
    .option('--log <file>', 'log to take the last 500 lines of; - for stdin (journalctl -u newsdesk -o cat | ...)')
    .action(
      run(async ({ out, log }: { out: string; log?: string }) =>
        (await import('../actions/support-bundle.ts')).supportBundleCommand(configDir(), { out, log: log ?? null }),
      ),
    )
}
