/**
 * Trains the text classifier on labelled headlines, and on texts generated from hand-written words of each section
 * mixed with common words. Word counts of one publisher do not carry over to another, but word vectors and words that
 * every newspaper uses do. Deterministic.
 */

import { primaryLanguage } from '../../domain/language.ts'
import { pairWords, splitWords } from '../../util/words.ts'
import { readText } from './classifier.ts'
import { type Sample, type SectionModel, toRows } from './model-file.ts'
import { createNetwork, newVotes, type Votes } from './network.ts'
import { fitTemperature } from './temperature.ts'

export interface Labelled {
  readonly title: string
  readonly summary: string
  readonly section: string
  /** Default: `en`. */
  readonly language?: string
  /** The event it reports, for texts of publishers other than those of most texts: these calibrate. */
  readonly group?: string | undefined
  /** Default: 1. */
  readonly weight?: number | undefined
}

/** A language with a smaller share of the texts does not count as known. */
const MIN_LANGUAGE_SHARE = 0.05

/** Finds the languages that a model trained on these texts knows. */
const findLanguages = (texts: readonly Labelled[]): string[] => {
  const counts = new Map<string, number>()
  for (const { language } of texts) {
    const primary = primaryLanguage(language ?? 'en')
    if (primary !== null) counts.set(primary, (counts.get(primary) ?? 0) + 1)
  }
  const known = [...counts].filter(([, count]) => count >= MIN_LANGUAGE_SHARE * texts.length)
  return known.map(([language]) => language).sort()
}

/** Word vectors, the most frequent words first. */
export interface Embeddings {
  readonly dimensions: number
  readonly vectors: ReadonlyMap<string, Float32Array>
}

export interface Training {
  readonly texts: readonly Labelled[]
  /** Words that are evidence for a section, by section. */
  readonly words: ReadonlyMap<string, readonly string[]>
  readonly embeddings: Embeddings
  readonly note: string
  readonly seed?: number
  /** Whether probabilities are calibrated on texts that a first training leaves out. */
  readonly calibrate?: boolean
  readonly progress?: (line: string) => void
}

const RECTIFIED = 48
const EPOCHS = 5
const RATE = 0.02
const DROPOUT = 0.3
const BALANCE = 0.8
const GENERATED_PER_SECTION = 2_700
const MAX_SECTION_WORDS = 6
const MAX_COMMON_WORDS = 8
const MAX_WORDS = 95_000
const MAX_VOTES = 36_000
const SAMPLES_PER_SECTION = 80
const MAX_SAMPLE_LENGTH = 120
/** One in this many texts is left out to calibrate, if none has a group. */
const HELD_OUT = 5

/** Linear congruential generator (Numerical Recipes), the same on every platform. */
const createRandom = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

interface Example {
  readonly words: readonly string[]
  readonly terms: readonly string[]
  readonly section: number
  readonly weight: number
}

const buildExample = (words: readonly string[], section: number, weight: number): Example => ({
  words,
  terms: [...new Set([...words, ...pairWords(words)])],
  section,
  weight,
})

/** Generates texts of one to six words of a section and up to seven common ones, as long as headlines and summaries. */
const generateTexts = (words: readonly string[], common: readonly string[], section: number, random: () => number) => {
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? ''
  return Array.from({ length: words.length === 0 ? 0 : GENERATED_PER_SECTION }, () => {
    const own = Array.from({ length: 1 + Math.floor(random() * MAX_SECTION_WORDS) }, () =>
      splitWords(pick(words)),
    ).flat()
    const others = Array.from(
      { length: Math.floor(random() * MAX_COMMON_WORDS) },
      () => common[Math.floor(random() ** 2 * common.length)] ?? '',
    )
    return buildExample([...own, ...others.filter(Boolean)], section, 1)
  })
}

/** Weighs a word by its rank in frequency: the most frequent words weigh least. */
const weighRank = (rank: number): number => Math.min(1, Math.max(0.05, Math.log1p(rank / 20) / 6))

/**
 * Divides the log odds of a model by a temperature, in its last layer and its direct votes. The hidden layer stays, so
 * that what the stream teaches is learnt as before.
 */
const cool = (model: SectionModel, temperature: number): SectionModel => ({
  ...model,
  output: model.output.map(value => value / temperature),
  outputBias: model.outputBias.map(value => value / temperature),
  votes: { ...model.votes, scales: model.votes.scales.map(value => value / temperature) },
})

/**
 * Fits the temperature on texts of publishers that a first training leaves out: all that have a group, if there are
 * any, since a publisher that the model was trained on is easier than those it will meet; otherwise every fifth text.
 */
const findTemperature = (training: Training): number => {
  const hasGroups = training.texts.some(({ group }) => group !== undefined)
  const isHeldOut = ({ group }: Labelled, n: number): boolean => (hasGroups ? group !== undefined : n % HELD_OUT === 0)
  const trial = train({ ...training, texts: training.texts.filter((text, n) => !isHeldOut(text, n)) })
  const judged = training.texts
    .filter(isHeldOut)
    .map(({ title, summary, section, weight = 1 }) => ({
      logits: readText(trial, title, summary).logits,
      section: trial.sections.indexOf(section),
      weight,
    }))
    .filter(({ section }) => section >= 0)
  return fitTemperature(judged)
}

/** Trains a model, and calibrates its probabilities if asked to, which takes twice as long. */
export const trainSections = (training: Training): SectionModel => {
  if (!training.calibrate) return train(training)
  const temperature = findTemperature(training)
  training.progress?.(`temperature ${temperature.toFixed(2)}`)
  return cool(train(training), temperature)
}

const train = ({ texts, words, embeddings, note, seed = 1, progress }: Training): SectionModel => {
  const random = createRandom(seed)
  const sections = [...new Set([...texts.map(({ section }) => section), ...words.keys()])].sort()
  const place = new Map(sections.map((section, index) => [section, index]))
  const sizes = new Map<string, number>()
  for (const { section } of texts) sizes.set(section, (sizes.get(section) ?? 0) + 1)
  const hidden = RECTIFIED + sections.length
  const common = [...embeddings.vectors.keys()].slice(0, 4_000).filter(word => word.length > 1)
  const examples = [
    ...texts.map(({ title, summary, section, weight = 1 }) =>
      buildExample(
        splitWords(`${title} . ${summary}`),
        place.get(section) ?? 0,
        (texts.length / sizes.size / (sizes.get(section) ?? 1)) ** BALANCE * weight,
      ),
    ),
    ...[...words].flatMap(([section, own]) => generateTexts(own, common, place.get(section) ?? 0, random)),
  ]

  const counts = new Map<string, number>()
  for (const { terms } of examples) for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1)
  const votes = new Map<string, Votes>()
  for (const [term, count] of counts) if (count >= 2) votes.set(term, newVotes(sections.length))
  const vectors = initialVectors(examples, embeddings)
  const network = createNetwork({
    dimensions: embeddings.dimensions,
    hidden,
    sections: sections.length,
    random,
  })

  const dropSome = <T>(list: readonly T[]): T[] => list.filter(() => random() >= DROPOUT)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(examples, random)
    for (const { words: own, terms, section, weight } of examples) {
      const shown = dropSome(terms)
      network.learn(
        dropSome(own).flatMap(word => vectors.get(word) ?? []),
        shown.flatMap(term => votes.get(term) ?? []),
        { terms: shown.length, section, weight, rate: RATE * (1 - epoch / EPOCHS) },
      )
    }
    progress?.(`pass ${epoch + 1} of ${EPOCHS} over ${examples.length} texts`)
  }

  const strength = ({ weights }: Votes) => Math.max(...weights) - Math.min(...weights)
  const strongest = [...votes]
    .sort((a, b) => strength(b[1]) - strength(a[1]) || (a[0] < b[0] ? -1 : 1))
    .slice(0, MAX_VOTES)
  return {
    sections,
    note,
    languages: findLanguages(texts),
    samples: pickSamples(texts, sections),
    hidden,
    words: toRows(hidden, new Map([...vectors].map(([word, vector]) => [word, network.foldWord(vector)]))),
    votes: toRows(sections.length, new Map(strongest.map(([term, { weights }]) => [term, weights]))),
    hiddenBias: network.hiddenBias,
    output: network.output,
    outputBias: network.outputBias,
  }
}

/** Picks titles of each section, spread evenly over its texts. */
const pickSamples = (texts: readonly Labelled[], sections: readonly string[]): Sample[] =>
  sections.flatMap(section => {
    const own = texts.filter(text => text.section === section)
    const step = Math.max(1, own.length / SAMPLES_PER_SECTION)
    return Array.from({ length: Math.min(own.length, SAMPLES_PER_SECTION) }, (_, n) => ({
      section,
      text: (own[Math.floor(n * step)]?.title ?? '').slice(0, MAX_SAMPLE_LENGTH),
    }))
  })

/**
 * Initial vectors of the words in the texts and of the most frequent other words; zero for words without an embedding.
 */
const initialVectors = (examples: readonly Example[], { vectors, dimensions }: Embeddings) => {
  const counts = new Map<string, number>()
  for (const { words } of examples) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  const start = new Map<string, Float32Array>()
  let rank = 0
  for (const [word, vector] of vectors) {
    rank++
    if (word.length > 1 && (counts.has(word) || start.size < MAX_WORDS))
      start.set(word, scaled(vector, weighRank(rank)))
    if (start.size >= MAX_WORDS && rank > 150_000) break
  }
  for (const [word, count] of counts) if (!start.has(word) && count >= 2) start.set(word, new Float32Array(dimensions))
  return new Map([...start].slice(0, MAX_WORDS + 5_000))
}

const scaled = (vector: Float32Array, factor: number): Float32Array => {
  const length = Math.hypot(...vector) || 1
  return vector.map(value => (value * factor) / length)
}

const shuffle = <T>(list: T[], random: () => number): void => {
  for (let index = list.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1))
    const [a, b] = [list[index], list[other]]
    if (a !== undefined && b !== undefined) {
      list[index] = b
      list[other] = a
    }
  }
}

/** Parses a file of sections in brackets, words separated by commas, and comments after `#`. */
export const parseSectionWords = (text: string): Map<string, string[]> => {
  const words = new Map<string, string[]>()
  let current: string[] | undefined
  for (const line of text.split('\n').map(each => each.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const section = /^\[(.+)\]$/.exec(line)?.[1]
    if (section) {
      current = words.get(section) ?? []
      words.set(section, current)
    } else if (current)
      current.push(
        ...line
          .split(',')
          .map(word => word.trim())
          .filter(Boolean),
      )
  }
  return words
}
