/** `newsdesk classify`. */

import { InvalidArgumentError } from 'commander'
import type { RegisterCommand } from '../command.ts'

const parseProbability = (text: string): number => {
  const probability = Number(text)
  if (text.trim() === '' || !(probability >= 0 && probability <= 1))
    throw new InvalidArgumentError('must be a number from 0 to 1')
  return probability
}

export const classify: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('classify')
    .description(
      'assign sections to articles: reads JSON Lines {id, title, summary?, url?, categories?, source?, lang?}, writes their sections with the evidence',
    )
    .option('--model <file>', 'text classifier to use (default: sections.model in --config, else the shipped one)')
    .option('--language <tag>', 'language of articles whose text leaves it open, and whose lang and source give none')
    .option(
      '--threshold <p>',
      'probability from which on the text votes; 0: always, even as a guess (default: 0.6)',
      parseProbability,
    )
    .action(
      run(async (options: { model?: string; language?: string; threshold?: number }) =>
        (await import('../actions/classify.ts')).classifyCommand(configDir(), options),
      ),
    )
}
