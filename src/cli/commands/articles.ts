/** `newsdesk articles` and its subcommand. */

import type { RegisterCommand } from '../command.ts'

export const articles: RegisterCommand = (program, { configDir, run }) => {
  const group = program.command('articles').description('edit articles')
  group
    .command('set-section')
    .description('file an article under a section, whatever the classifier says')
    .argument('<article>', 'id of the article')
    .argument('[section]', 'id of the section; omit it to let the classifier decide again')
    .action(
      run(async (id: string, section: string | undefined) =>
        (await import('../actions/editing.ts')).setSectionCommand(configDir(), id, section ?? null),
      ),
    )
}
