/** `newsdesk classify`. */

import type { RegisterCommand } from '../command.ts'

export const classify: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('classify')
    .description(
      'assign sections to articles: reads JSON Lines {id, title, summary?, url?, categories?, source?, lang?}, writes their sections with the evidence',
    )
    .option('--model <file>', 'text classifier to use (default: sections.model in --config, else the shipped one)')
    .option(
      '--language <tag>',
      'language of articles whose lang and source give none; otherwise the text of these is ignored',
    )
    .action(
      run(async (options: { model?: string; language?: string }) =>
        (await import('../actions/classify.ts')).classifyCommand(configDir(), options),
      ),
    )
}
