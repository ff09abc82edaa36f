/** `newsdesk migrate`. */

import { jsonOption, type RegisterCommand } from '../command.ts'

export const migrate: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('migrate')
    .description('migrate the data in Redis to the schema of this version; daemons also do this when they start')
    .option('--dry-run', 'only show what would be migrated; exit code 1 if there is anything')
    .addOption(jsonOption())
    .action(
      run(async ({ dryRun = false, json = false }: { dryRun?: boolean; json?: boolean }) =>
        (await import('../actions/migrate.ts')).migrateCommand(configDir(), { dryRun, json }),
      ),
    )
}
