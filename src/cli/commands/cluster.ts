/** `newsdesk cluster`, which is also `newsdesk stories cluster`. */

import type { RegisterCommand } from '../command.ts'

export const cluster: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('cluster')
    .description(
      'group articles into stories: reads JSON Lines {id, title, summary?, published?, source?, url?, lang?}, writes {id, story, duplicateOf?}',
    )
    .action(run(async () => (await import('../actions/cluster.ts')).clusterCommand(configDir())))
}
