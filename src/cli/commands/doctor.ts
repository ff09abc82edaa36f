/** `newsdesk doctor`. */

import { jsonOption, type RegisterCommand } from '../command.ts'

export const doctor: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('doctor')
    .description(
      'check the configuration, Redis and its data, clocks, ports and reachability, and say how to fix what is wrong',
    )
    .option('--repair', 'fix the data in Redis; daemons may keep running')
    .addOption(jsonOption())
    .action(
      run(async ({ json = false, repair = false }: { json?: boolean; repair?: boolean }) =>
        (await import('../actions/doctor.ts')).doctorCommand(configDir(), { json, repair }),
      ),
    )
}
