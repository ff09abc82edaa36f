/**
 * The last layer and the votes of words that are learnt on top of the shipped model, which itself is not changed:
 * training them, and applying them to a text. (pure)
 */

import type { SectionId } from '../domain/section.ts'
import { adagradStep } from './classifier/adagrad.ts'
import { type Reading, softmax, VOTE } from './classifier/classifier.ts'

export interface Learned {
  /** The model's sections first, then new ones. */
  readonly sections: readonly SectionId[]
  /** `sections * features` values, added to the model's output. */
  readonly output: Float32Array
  readonly outputBias: Float32Array
  readonly votes: ReadonlyMap<string, Float32Array>
}

const EPOCHS = 15
const RATE = 0.6
const START = 0.1
/** Initial log odds of a section that the model does not know. */
const UNKNOWN = -2
/** One in this many words is left out in each epoch. */
const LEAVE_OUT = 3

/** Texts read or learnt before yielding to other work of the process: a few milliseconds. */
export const TEXTS_PER_TURN = 16

/** A word or pair of words whose votes are learnt. */
export interface Word {
  readonly weights: Float32Array
  /** Sums of squared gradients (classifier/adagrad.ts). */
  readonly squares: Float32Array
}

/** A training text for the last layer. */
export interface Lesson {
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

export const newWord = (sections: number): Word => ({
  weights: new Float32Array(sections),
  squares: new Float32Array(sections).fill(START),
})

export const buildLesson = (
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

/** Trains on the lessons, a few at each step. @param known number of sections that the model knows: the first ones */
export function* trainLastLayer(
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
        for (let j = 0; j < width; j++) adagradStep(output, squares, k * width + j, error * (features[j] ?? 0), rate)
        outputBias[k] = (outputBias[k] ?? 0) - rate * error
        for (const { weights, squares: seen } of shown) adagradStep(weights, seen, k, error * scale, rate)
      }
    }
  }
  const learnt = new Map([...votes].map(([term, { weights }]) => [term, weights] as const))
  return { sections, output, outputBias, votes: learnt }
}

const coprime = (length: number, share: number): number => {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))
  let step = Math.max(1, Math.floor(length * share))
  while (divisor(step, length) !== 1) step++
  return step
}

/** Computes the log odds of a text from the model and what was learnt. */
export const computeLogits = (reading: Reading, { sections, output, outputBias, votes }: Learned): Float32Array => {
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
