/** Loads the text classifier, shipped or custom, and the texts it replays when it learns. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../config/problems.ts'
import { decodeModel, type Sample, type SectionModel } from './classifier/model-file.ts'
import { parseSectionWords } from './classifier/train.ts'

export const modelDir = join(dirname(fileURLToPath(import.meta.url)), 'model')

/** Where `newsdesk train-sections` writes a custom model, and `newsdesk start` looks for it. */
export const customModelPath = (configDir: string): string => join(configDir, 'sections.model')

/**
 * @param path path of a custom model; default: the shipped one
 * @throws ConfigError that names the path, if the file is missing or unreadable
 */
export const loadSectionModel = (path = join(modelDir, 'sections.bin')): SectionModel => {
  if (!existsSync(path)) throw new ConfigError([`No section model at ${path}; \`newsdesk train-sections\` writes one.`])
  try {
    return decodeModel(readFileSync(path))
  } catch (cause) {
    throw new ConfigError(
      [
        `${path} is not a section model. Remove it to use the shipped one, or write one with \`newsdesk train-sections\`.`,
      ],
      { cause },
    )
  }
}

const GENERATED_PER_SECTION = 60

/**
 * Titles the model was trained on, and generated texts of four words per section, replayed so that learning does not
 * unlearn.
 */
export const replayTexts = (model: SectionModel): Sample[] => {
  const words = parseSectionWords(readFileSync(join(modelDir, 'words.txt'), 'utf8'))
  const generated = model.sections.flatMap(section => {
    const own = words.get(section) ?? []
    return Array.from({ length: own.length < 4 ? 0 : GENERATED_PER_SECTION }, (_, n) => ({
      section,
      text: [0, 1, 2, 3].map(k => own[(n * 7 + k * 61) % own.length]).join(' '),
    }))
  })
  return [...model.samples, ...generated]
}
