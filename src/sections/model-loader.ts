/** The text classifier that ships with newsdesk, or the operator's own, and texts of the sections it knows. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../config/problems.ts'
import { decodeModel, type Sample, type SectionModel } from './classifier/model-file.ts'
import { parseSectionWords } from './classifier/train.ts'

export const modelDir = join(dirname(fileURLToPath(import.meta.url)), 'model')

/** Where `newsdesk train-sections` puts a model of your own, and `newsdesk start` looks for it. */
export const customModelPath = (configDir: string): string => join(configDir, 'sections.model')

/**
 * @param path of a model of your own; the shipped one where none is named
 * @throws ConfigError saying where, where there is none or it cannot be read
 */
export const loadSectionModel = (path = join(modelDir, 'sections.bin')): SectionModel => {
  if (!existsSync(path)) throw new ConfigError([`No section model at ${path}; \`newsdesk train-sections\` writes one.`])
  try {
    return decodeModel(readFileSync(path))
  } catch (cause) {
    throw new ConfigError(
      [`${path} is no section model: leave it out, or write one with \`newsdesk train-sections\`.`],
      { cause },
    )
  }
}

const REPLAYED = 60

/** Titles that the model was trained on, and texts of four words of each section that it knows, for learning not to forget. */
export const replayTexts = (model: SectionModel): Sample[] => {
  const words = parseSectionWords(readFileSync(join(modelDir, 'words.txt'), 'utf8'))
  const made = model.sections.flatMap(section => {
    const own = words.get(section) ?? []
    return Array.from({ length: own.length < 4 ? 0 : REPLAYED }, (_, n) => ({
      section,
      text: [0, 1, 2, 3].map(k => own[(n * 7 + k * 61) % own.length]).join(' '),
    }))
  })
  return [...model.samples, ...made]
}
