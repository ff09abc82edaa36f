/**
 * Classifies texts of a language that the shipped model does not know, by what publishers of that language file
 * themselves: softmax regression on character n-grams within words, so that `élections` and `électoral` share what they
 * teach, and inflected languages need no stemmer. (pure)
 */

import type { SectionId } from '../domain/section.ts'
import { splitWords } from '../util/words.ts'
import { adagradStep } from './classifier/adagrad.ts'
import { softmax } from './classifier/classifier.ts'
import { fitTemperature } from './classifier/temperature.ts'
import type { Example } from './examples.ts'

export interface LanguageModel {
  readonly sections: readonly SectionId[]
  /** How telling each bucket is: inverse document frequency. */
  readonly rarity: Float32Array
  /** `BUCKETS * sections` values: 1.2 MB for nine sections. */
  readonly weights: Float32Array
  readonly bias: Float32Array
  /** Log odds are divided by it, so that of what is said with 90 %, 90 % is right. */
  readonly temperature: number
}

/** Examples of all sections together, and of one, from which on they are learnt. */
export const MIN_EXAMPLES = 75
const MIN_PER_SECTION = 8
/** Maximum share of one source in the weight of all examples, if there are others. */
const MAX_SOURCE_SHARE = 0.6
/** N-grams are counted by hash; more buckets learn no better. */
const BUCKETS = 32_768
const SHORTEST = 3
const LONGEST = 5
const MAX_WORD = 24
/** Characters of a text; the title comes first. */
const MAX_TEXT = 300
const SEPARATOR = ' . '
const EPOCHS = 12
const RATE = 0.2
const START = 0.1
const BIAS_RATE = 0.1
/** The values of a text have this length, whatever its number of n-grams. */
const LENGTH = 4
/** One in this many examples is held out to fit the temperature. */
const HELD_OUT = 4
/** Exponent that balances sections of unlike size. */
const BALANCE = 0.7
/** Texts read or learnt before yielding to other work of the process: a few milliseconds. */
const TEXTS_PER_TURN = 32

/** FNV-1a of a part of a word. */
const bucketOf = (word: string, from: number, to: number): number => {
  let hash = 0x811c9dc5
  for (let index = from; index < to; index++) hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193)
  return (hash ^ (hash >>> 15)) & (BUCKETS - 1)
}

/** Adds the buckets of a text: of its words, and of their runs of three to five characters. */
const addBuckets = (text: string, weight: number, counts: Map<number, number>): void => {
  const buckets = new Set<number>()
  for (const each of new Set(splitWords(text))) {
    const word = ` ${each.slice(0, MAX_WORD)} `
    buckets.add(bucketOf(word, 0, word.length))
    for (let length = SHORTEST; length <= LONGEST; length++)
      for (let start = 0; start + length <= word.length; start++) buckets.add(bucketOf(word, start, start + length))
  }
  for (const bucket of buckets) counts.set(bucket, (counts.get(bucket) ?? 0) + weight)
}

/** Buckets of a text with their values, a vector of one length for all texts. */
type Vector = readonly (readonly [bucket: number, value: number])[]

const TITLE = 2

/** Counts the buckets of a text of the form `title . summary`; the title counts twice. */
const countBuckets = (text: string): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>()
  const [title = '', ...summary] = text.slice(0, MAX_TEXT).split(SEPARATOR)
  addBuckets(title, TITLE, counts)
  addBuckets(summary.join(SEPARATOR), 1, counts)
  return counts
}

const toVector = (counts: ReadonlyMap<number, number>, rarity: Float32Array): Vector => {
  let squares = 0
  const values = [...counts].map(([bucket, count]) => {
    const value = count * (rarity[bucket] ?? 0)
    squares += value * value
    return [bucket, value] as const
  })
  const scale = LENGTH / Math.sqrt(squares || 1)
  return values.map(([bucket, value]) => [bucket, value * scale] as const)
}

const computeRarity = (texts: readonly ReadonlyMap<number, number>[]): Float32Array => {
  const rarity = new Float32Array(BUCKETS)
  for (const text of texts) for (const bucket of text.keys()) rarity[bucket] = (rarity[bucket] ?? 0) + 1
  return rarity.map(count => 1 + Math.log((texts.length + 1) / (count + 1)))
}

interface Lesson {
  readonly vector: Vector
  readonly section: number
  readonly weight: number
}

type Trained = Pick<LanguageModel, 'sections' | 'weights' | 'bias'>

const computeLogits = ({ sections, weights, bias }: Trained, vector: Vector): Float32Array => {
  const width = sections.length
  const logits = Float32Array.from(bias)
  for (const [bucket, value] of vector)
    for (let k = 0; k < width; k++) logits[k] = (logits[k] ?? 0) + value * (weights[bucket * width + k] ?? 0)
  return logits
}

/** Learns by Adagrad, as the shipped network does. */
function* train(sections: readonly SectionId[], lessons: readonly Lesson[]): Generator<void, Trained> {
  const width = sections.length
  const model = { sections, weights: new Float32Array(BUCKETS * width), bias: new Float32Array(width) }
  const squares = new Float32Array(BUCKETS * width).fill(START)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const rate = RATE * (1 - epoch / EPOCHS)
    for (const [n, { vector, section, weight }] of lessons.entries()) {
      if (n % TEXTS_PER_TURN === 0) yield
      const errors = softmax(computeLogits(model, vector))
      for (let k = 0; k < width; k++) {
        const error = weight * ((errors[k] ?? 0) - (k === section ? 1 : 0))
        model.bias[k] = (model.bias[k] ?? 0) - BIAS_RATE * rate * error
        for (const [bucket, value] of vector) {
          const at = bucket * width + k
          adagradStep(model.weights, squares, at, error * value, rate)
        }
      }
    }
  }
  return model
}

/** Examples of sections that have enough of them, those of each section spread over the whole. */
const selectExamples = (examples: readonly Example[]): Example[] => {
  const sizes = countBy(examples, ({ section }) => section)
  const seen = new Map<SectionId, number>()
  return examples
    .filter(({ section }) => (sizes.get(section) ?? 0) >= MIN_PER_SECTION)
    .map(example => {
      const place = seen.get(example.section) ?? 0
      seen.set(example.section, place + 1)
      return { example, at: (place + 0.5) / (sizes.get(example.section) ?? 1) }
    })
    .sort((a, b) => a.at - b.at)
    .map(({ example }) => example)
}

const countBy = <T>(list: readonly T[], key: (each: T) => string): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const each of list) counts.set(key(each), (counts.get(key(each)) ?? 0) + 1)
  return counts
}

/** Weighs examples: sections of unlike size are balanced, and no source of several has more than its share. */
const weigh = (examples: readonly Example[]): number[] => {
  const sizes = countBy(examples, ({ section }) => section)
  const sources = countBy(examples, ({ source }) => source)
  return examples.map(({ section, source }) => {
    const balance = (examples.length / sizes.size / (sizes.get(section) ?? 1)) ** BALANCE
    const own = sources.get(source) ?? 1
    const limit = ((examples.length - own) * MAX_SOURCE_SHARE) / (1 - MAX_SOURCE_SHARE)
    return balance * (sources.size === 1 ? 1 : Math.min(1, limit / own))
  })
}

/**
 * Learns step by step, as `learnStepwise` does.
 * @param examples of one language, what publishers filed themselves
 * @returns undefined if there are fewer than 75, or fewer than two sections with eight
 */
export function* learnLanguage(examples: readonly Example[]): Generator<void, LanguageModel | undefined> {
  const chosen = selectExamples(examples)
  const sections = [...new Set(chosen.map(({ section }) => section))].sort()
  if (chosen.length < MIN_EXAMPLES || sections.length < 2) return undefined
  const weights = weigh(chosen)
  const counts: ReadonlyMap<number, number>[] = []
  for (const [index, { text }] of chosen.entries()) {
    if (index % TEXTS_PER_TURN === 0) yield
    counts.push(countBuckets(text))
  }
  const rarity = computeRarity(counts)
  yield
  const lessons = chosen.map(
    ({ section }, n): Lesson => ({
      vector: toVector(counts[n] ?? new Map(), rarity),
      section: sections.indexOf(section),
      weight: weights[n] ?? 0,
    }),
  )
  yield
  const trial = yield* train(
    sections,
    lessons.filter((_, n) => n % HELD_OUT !== 0),
  )
  const judged = lessons
    .filter((_, n) => n % HELD_OUT === 0)
    .map(({ vector, section }) => ({ logits: computeLogits(trial, vector), section }))
  return { ...(yield* train(sections, lessons)), rarity, temperature: fitTemperature(judged) }
}

/** @returns the sections with probabilities, highest first */
export const classifyInLanguage = (
  model: LanguageModel,
  { title, summary }: { readonly title: string; readonly summary: string },
): { readonly section: SectionId; readonly confidence: number }[] => {
  const logits = computeLogits(model, toVector(countBuckets(formatText(title, summary)), model.rarity))
  const odds = softmax(logits.map(value => value / model.temperature))
  return model.sections
    .map((section, k) => ({ section, confidence: odds[k] ?? 0 }))
    .sort((a, b) => b.confidence - a.confidence)
}

/** The text of an article as examples have it. */
export const formatText = (title: string, summary: string): string =>
  `${title}${SEPARATOR}${summary}`.slice(0, MAX_TEXT)
