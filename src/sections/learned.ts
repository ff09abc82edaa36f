/**
 * Trains the last layer and word votes of the text classifier on articles that publishers filed themselves, so that it
 * adapts to the operator's sections and sources. The shipped model itself is not changed.
 */

import { primaryLanguage } from '../domain/language.ts'
import type { SectionId } from '../domain/section.ts'
import { languagesWithWords } from '../languages/background.ts'
import { splitWords } from '../util/words.ts'
import { type Reading, readText, softmax, VOTE } from './classifier/classifier.ts'
import type { SectionModel } from './classifier/model-file.ts'
import type { Classify } from './sections.ts'
import { isWrittenIn } from './text-language.ts'

/** An article whose section is certain from its publisher's own evidence. */
export interface Example {
  readonly section: SectionId
  readonly source: string
  readonly text: string
  /** ms since the epoch. */
  readonly at: number
}

export interface Learned {
  /** The model's sections first, then new ones. */
  readonly sections: readonly SectionId[]
  /** `sections * features` values, added to the model's output. */
  readonly output: Float32Array
  readonly outputBias: Float32Array
  readonly votes: ReadonlyMap<string, Float32Array>
}

/** A section is learnt only from this many articles and sources, since fewer show one publisher's habits. */
const MIN_EXAMPLES = 30
const MIN_SOURCES = 2
/** Maximum share of one source in the weight of a section's examples. */
const MAX_SOURCE_SHARE = 0.6
/** The examples of a section that has fewer than this weigh more, so that larger sections do not dominate. */
const FULL_SECTION = 240
/** A word in more than this share of a source's texts is part of its template. */
const TEMPLATE_SHARE = 0.5
const HALF_LIFE = 14 * 86_400_000
const EPOCHS = 15
const RATE = 0.6
const START = 0.1
/** Initial log odds of a section that the model does not know. */
const UNKNOWN = -2
/** One in this many words is left out in each epoch. */
const LEAVE_OUT = 3

interface Word {
  readonly weights: Float32Array
  /** Sums of squared gradients (Adagrad, as in the network). */
  readonly squares: Float32Array
}

/** A training text for the last layer. */
interface Lesson {
  readonly features: Float32Array
  /** The model's log odds of the sections it knows. */
  readonly logits: Float32Array
  /** Learnt votes of its words, and the factor each is multiplied by. */
  readonly words: readonly Word[]
  readonly scale: number
  readonly section: number
  readonly weight: number
  /** Whether it is one of the model's own training texts. */
  readonly replayed: boolean
}

/** Weighs the examples of one section: older ones less, and no source above its maximum share. */
const weigh = (examples: readonly Example[], now: number): number[] => {
  const ages = examples.map(({ at }) => 0.5 ** (Math.max(0, now - at) / HALF_LIFE))
  const bySource = new Map<string, number>()
  for (const [index, { source }] of examples.entries())
    bySource.set(source, (bySource.get(source) ?? 0) + (ages[index] ?? 0))
  const total = [...bySource.values()].reduce((sum, each) => sum + each, 0)
  return examples.map(({ source }, index) => {
    const own = bySource.get(source) ?? 1
    const limit = ((total - own) * MAX_SOURCE_SHARE) / (1 - MAX_SOURCE_SHARE)
    return (ages[index] ?? 0) * Math.min(1, limit / own)
  })
}

/**
 * Finds words in most of a source's texts of a section: its template, which does not help with other sources' texts.
 */
const findTemplates = (examples: readonly Example[]): Map<string, Set<string>> => {
  const bySource = new Map<string, string[][]>()
  for (const { source, text } of examples)
    bySource.set(source, [...(bySource.get(source) ?? []), [...new Set(splitWords(text))]])
  return new Map(
    [...bySource].map(([source, texts]) => {
      const counts = new Map<string, number>()
      for (const word of texts.flat()) counts.set(word, (counts.get(word) ?? 0) + 1)
      const limit = Math.max(5, texts.length * TEMPLATE_SHARE)
      return [source, new Set([...counts].flatMap(([word, count]) => (count > limit ? [word] : [])))]
    }),
  )
}

/** Finds terms that several sources use for a section, so that one publisher's phrases are not learnt. */
const sharedTerms = (examples: readonly Example[], readings: ReadonlyMap<Example, Reading>): Set<string> => {
  const users = new Map<string, Set<string>>()
  for (const example of examples) {
    for (const term of readings.get(example)?.terms ?? []) {
      const sources = users.get(term) ?? new Set()
      users.set(term, sources.add(example.source))
    }
  }
  return new Set([...users].flatMap(([term, sources]) => (sources.size >= MIN_SOURCES ? [term] : [])))
}

/** Texts read or learnt before yielding to other work of the process: a few milliseconds. */
const TEXTS_PER_TURN = 16

/**
 * Learns step by step; each `next()` runs one step, so that the caller can do other work in between.
 * @param examples examples of all sections
 * @param replay   texts of the sections the model knows, so that learning one section does not unlearn the others
 * @returns undefined if there is too little to learn from
 */
export function* learnStepwise(
  model: SectionModel,
  examples: readonly Example[],
  replay: readonly Pick<Example, 'section' | 'text'>[],
  now: number,
): Generator<void, Learned | undefined> {
  const trained = groupBySection(examples)
  if (trained.length === 0) return undefined
  const sections = [...new Set([...model.sections, ...trained.map(([section]) => section)])]
  const place = new Map(sections.map((section, index) => [section, index]))
  const votes = new Map<string, Word>()
  const lessons: Lesson[] = []
  const largest = Math.max(FULL_SECTION, ...trained.map(([, group]) => group.length))
  for (const [section, group] of trained) {
    const readings = new Map<Example, Reading>()
    const templates = findTemplates(group)
    yield
    for (const example of group) {
      const words = splitWords(example.text).filter(word => !templates.get(example.source)?.has(word))
      readings.set(example, readText(model, words.join(' '), ''))
      if (readings.size % TEXTS_PER_TURN === 0) yield
    }
    for (const term of sharedTerms(group, readings)) if (!votes.has(term)) votes.set(term, newWord(sections.length))
    yield
    const weights = weigh(group, now)
    const balance = Math.min(4, Math.sqrt(largest / group.length))
    for (const [index, example] of group.entries()) {
      const reading = readings.get(example)
      const weight = (weights[index] ?? 0) * balance
      if (reading)
        lessons.push({ ...buildLesson(reading, votes), section: place.get(section) ?? 0, weight, replayed: false })
    }
    yield
  }
  for (const { section, text } of replay) {
    const at = place.get(section)
    if (at !== undefined)
      lessons.push({ ...buildLesson(readText(model, text, ''), votes), section: at, weight: 1, replayed: true })
    if (lessons.length % TEXTS_PER_TURN === 0) yield
  }
  return yield* trainLastLayer(sections, model.sections.length, lessons, votes)
}

/** Runs {@link learnStepwise} to its end. */
export const learnSections = (...of: Parameters<typeof learnStepwise>): Learned | undefined => {
  const turns = learnStepwise(...of)
  for (;;) {
    const { done, value } = turns.next()
    if (done) return value
  }
}

const newWord = (sections: number): Word => ({
  weights: new Float32Array(sections),
  squares: new Float32Array(sections).fill(START),
})

const groupBySection = (examples: readonly Example[]): [SectionId, Example[]][] => {
  const groups = new Map<SectionId, Example[]>()
  for (const example of examples) {
    const group = groups.get(example.section)
    if (group) group.push(example)
    else groups.set(example.section, [example])
  }
  return [...groups].filter(
    ([, group]) => group.length >= MIN_EXAMPLES && new Set(group.map(({ source }) => source)).size >= MIN_SOURCES,
  )
}

const buildLesson = (
  { features, logits, terms }: Reading,
  votes: ReadonlyMap<string, Word>,
): Pick<Lesson, 'features' | 'logits' | 'words' | 'scale'> => ({
  features,
  logits,
  words: terms.flatMap(term => votes.get(term) ?? []),
  scale: VOTE / Math.sqrt(terms.length + 1),
})

/** Row `k` of a matrix times a vector. */
const dot = (matrix: Float32Array, k: number, vector: Float32Array): number => {
  let sum = 0
  for (let j = 0; j < vector.length; j++) sum += (matrix[k * vector.length + j] ?? 0) * (vector[j] ?? 0)
  return sum
}

function* trainLastLayer(
  sections: readonly SectionId[],
  known: number,
  lessons: readonly Lesson[],
  votes: ReadonlyMap<string, Word>,
): Generator<void, Learned> {
  const width = lessons[0]?.features.length ?? 0
  const output = new Float32Array(sections.length * width)
  const outputBias = new Float32Array(sections.length).fill(UNKNOWN, known)
  const squares = new Float32Array(output.length).fill(START)
  const logits = new Float32Array(sections.length)
  // The output for sections without examples is not trained: their texts only serve as counter-examples.
  const trained = [...new Set(lessons.flatMap(({ section, replayed }) => (replayed ? [] : [section])))]
  // Lessons are ordered by section; a stride coprime with their number visits all of them well mixed.
  const stride = coprime(lessons.length, 0.618)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const rate = RATE * (1 - epoch / EPOCHS)
    for (let n = 0; n < lessons.length; n++) {
      if (n % TEXTS_PER_TURN === 0) yield
      const lesson = lessons[(n * stride + epoch) % lessons.length]
      if (!lesson) continue
      const { features, words, scale, section, weight } = lesson
      // Leave out a different third of the words each time, so that no stock phrase of a publisher explains everything.
      const shown = words.filter((_, place) => (place + n + epoch) % LEAVE_OUT !== 0)
      for (let k = 0; k < sections.length; k++) {
        let value = (lesson.logits[k] ?? 0) + (outputBias[k] ?? 0) + dot(output, k, features)
        for (const { weights } of shown) value += scale * (weights[k] ?? 0)
        logits[k] = value
      }
      const errors = softmax(logits)
      for (const k of trained) {
        const error = weight * ((errors[k] ?? 0) - (k === section ? 1 : 0))
        for (let j = 0; j < width; j++) step(output, squares, k * width + j, error * (features[j] ?? 0), rate)
        outputBias[k] = (outputBias[k] ?? 0) - rate * error
        for (const { weights, squares: seen } of shown) step(weights, seen, k, error * scale, rate)
      }
    }
  }
  const learnt = new Map([...votes].map(([term, { weights }]) => [term, weights] as const))
  return { sections, output, outputBias, votes: learnt }
}

const step = (values: Float32Array, seen: Float32Array, at: number, gradient: number, rate: number): void => {
  const total = (seen[at] ?? 0) + gradient * gradient
  seen[at] = total
  values[at] = (values[at] ?? 0) - (rate * gradient) / Math.sqrt(total)
}

const coprime = (length: number, share: number): number => {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))
  let step = Math.max(1, Math.floor(length * share))
  while (divisor(step, length) !== 1) step++
  return step
}

/** Computes the log odds of a text from the model and what was learnt. */
const computeLogits = (reading: Reading, { sections, output, outputBias, votes }: Learned): Float32Array => {
  const logits = new Float32Array(sections.length)
  for (let k = 0; k < sections.length; k++)
    logits[k] = (reading.logits[k] ?? 0) + (outputBias[k] ?? 0) + dot(output, k, reading.features)
  const scale = VOTE / Math.sqrt(reading.terms.length + 1)
  for (const term of reading.terms) {
    const row = votes.get(term)
    if (row) for (let k = 0; k < logits.length; k++) logits[k] = (logits[k] ?? 0) + scale * (row[k] ?? 0)
  }
  return logits
}

/** Whether the model was trained on texts in this language. */
const knowsLanguage = ({ languages }: Pick<SectionModel, 'languages'>, language: string | null): boolean =>
  language !== null && languages.includes(language)

interface Text {
  readonly title: string
  readonly summary: string
  /** BCP 47, as decided; null if it is open. */
  readonly language: string | null
}

/** @returns the language of the model that a text is written in, by its words; null if it is in another one */
export const findTextLanguage = (
  model: Pick<SectionModel, 'languages'>,
  { title, summary, language }: Text,
): string | null => {
  const decided = primaryLanguage(language)
  if (decided !== null && !knowsLanguage(model, decided)) return null
  const text = `${title} ${summary}`
  const possible = decided === null ? model.languages.filter(each => languagesWithWords.has(each)) : [decided]
  return possible.find(each => isWrittenIn(text, each)) ?? null
}

/**
 * Builds a classifier. It returns nothing for a text that is not in a language the model was trained on, and low
 * confidences for a text without a known word.
 * @param otherwise classifies the texts in other languages
 */
export const classifyBy =
  (model: SectionModel, learned?: () => Learned | undefined, otherwise?: Classify): Classify =>
  text => {
    const { title, summary } = text
    if (findTextLanguage(model, text) === null)
      return knowsLanguage(model, primaryLanguage(text.language)) ? [] : (otherwise?.(text) ?? [])
    const reading = readText(model, title, summary)
    const more = learned?.()
    const sections = more?.sections ?? model.sections
    const odds = softmax(more ? computeLogits(reading, more) : reading.logits)
    const hasKnownTerm =
      reading.known > 0 || reading.terms.some(term => model.votes.index.has(term) || more?.votes.has(term) === true)
    return sections
      .map((section, index) => ({ section, confidence: (odds[index] ?? 0) * (hasKnownTerm ? 1 : 0.3) }))
      .sort((a, b) => b.confidence - a.confidence)
  }
