/**
 * What the stream teaches the text classifier: its last layer and direct votes of words, trained on articles that publishers filed
 * themselves, so that it knows the operator's sections, sources and languages. What ships is kept as it is. (pure)
 */

import { primaryLanguage } from '../domain/language.ts'
import type { SectionId } from '../domain/section.ts'
import { splitWords } from '../util/words.ts'
import { type Reading, readText, softmax, VOTE } from './classifier/classifier.ts'
import type { SectionModel } from './classifier/model-file.ts'
import type { Classify } from './sections.ts'

/** An article whose section its publisher makes sure. */
export interface Example {
  readonly section: SectionId
  readonly source: string
  readonly text: string
  /** ms since the epoch. */
  readonly at: number
}

export interface Learned {
  /** Those of the model first, then those that it did not know. */
  readonly sections: readonly SectionId[]
  /** `sections * features` values, to be added to what the model says. */
  readonly output: Float32Array
  readonly outputBias: Float32Array
  readonly votes: ReadonlyMap<string, Float32Array>
}

/** A section is learnt from this many articles of this many sources; less is a publisher's habit, not a section. */
const FEWEST_EXAMPLES = 30
const FEWEST_SOURCES = 2
/** Most that one source may weigh against all others of a section. */
const LARGEST_SHARE = 0.6
/** A section of fewer examples than this weighs more by each, or the others would drown it. */
const FULL = 240
const TEMPLATE = 0.5
const HALF_LIFE = 14 * 86_400_000
const EPOCHS = 15
const RATE = 0.6
const START = 0.1
/** Where the odds of a section start that the model does not know. */
const UNKNOWN = -2
/** One word in so many is left out each time. */
const LEAVE_OUT = 3

interface Word {
  readonly weights: Float32Array
  /** Sums of squared gradients (Adagrad, as in the network). */
  readonly squares: Float32Array
}

/** A text as the last layer is trained on it. */
interface Lesson {
  readonly features: Float32Array
  /** What the model says of the sections it knows. */
  readonly logits: Float32Array
  /** Learnt votes of its words, and how loud each is. */
  readonly words: readonly Word[]
  readonly loud: number
  readonly section: number
  readonly weight: number
  /** It is of the model's own texts. */
  readonly replayed: boolean
}

/** Weights of the examples of one section: older ones less, and no source more than its share. */
const weigh = (examples: readonly Example[], now: number): number[] => {
  const ages = examples.map(({ at }) => 0.5 ** (Math.max(0, now - at) / HALF_LIFE))
  const bySource = new Map<string, number>()
  for (const [index, { source }] of examples.entries())
    bySource.set(source, (bySource.get(source) ?? 0) + (ages[index] ?? 0))
  const total = [...bySource.values()].reduce((sum, each) => sum + each, 0)
  return examples.map(({ source }, index) => {
    const own = bySource.get(source) ?? 1
    const most = ((total - own) * LARGEST_SHARE) / (1 - LARGEST_SHARE)
    return (ages[index] ?? 0) * Math.min(1, most / own)
  })
}

/** Words that stand in most of what a source writes of a section: its desk's template, which says nothing of other desks' texts. */
const templatesOf = (examples: readonly Example[]): Map<string, Set<string>> => {
  const bySource = new Map<string, string[][]>()
  for (const { source, text } of examples)
    bySource.set(source, [...(bySource.get(source) ?? []), [...new Set(splitWords(text))]])
  return new Map(
    [...bySource].map(([source, texts]) => {
      const counts = new Map<string, number>()
      for (const word of texts.flat()) counts.set(word, (counts.get(word) ?? 0) + 1)
      const most = Math.max(5, texts.length * TEMPLATE)
      return [source, new Set([...counts].flatMap(([word, count]) => (count > most ? [word] : [])))]
    }),
  )
}

/** Words that more than one source uses for a section: a publisher's own phrases are not learnt. */
const sharedTerms = (examples: readonly Example[], readings: ReadonlyMap<Example, Reading>): Set<string> => {
  const users = new Map<string, Set<string>>()
  for (const example of examples) {
    for (const term of readings.get(example)?.terms ?? []) {
      const sources = users.get(term) ?? new Set()
      users.set(term, sources.add(example.source))
    }
  }
  return new Set([...users].flatMap(([term, sources]) => (sources.size >= FEWEST_SOURCES ? [term] : [])))
}

/** So many texts are read, or learnt once, between two turns of a process that has other work: some milliseconds. */
const A_TURN = 16

/**
 * Learns in turns, of which each `next()` does one.
 * @param examples of all sections
 * @param replay   texts of the sections the model knows, so that learning one section does not forget the others
 * @returns undefined where there is too little to learn from
 */
export function* learningInTurns(
  model: SectionModel,
  examples: readonly Example[],
  replay: readonly Pick<Example, 'section' | 'text'>[],
  now: number,
): Generator<void, Learned | undefined> {
  const taught = groupsToTeach(examples)
  if (taught.length === 0) return undefined
  const sections = [...new Set([...model.sections, ...taught.map(([section]) => section)])]
  const place = new Map(sections.map((section, index) => [section, index]))
  const votes = new Map<string, Word>()
  const lessons: Lesson[] = []
  const most = Math.max(FULL, ...taught.map(([, group]) => group.length))
  for (const [section, group] of taught) {
    const readings = new Map<Example, Reading>()
    const templates = templatesOf(group)
    yield
    for (const example of group) {
      const words = splitWords(example.text).filter(word => !templates.get(example.source)?.has(word))
      readings.set(example, readText(model, words.join(' '), ''))
      if (readings.size % A_TURN === 0) yield
    }
    for (const term of sharedTerms(group, readings)) if (!votes.has(term)) votes.set(term, newWord(sections.length))
    yield
    const weights = weigh(group, now)
    const balance = Math.min(4, Math.sqrt(most / group.length))
    for (const [index, example] of group.entries()) {
      const reading = readings.get(example)
      const weight = (weights[index] ?? 0) * balance
      if (reading)
        lessons.push({ ...lessonOf(reading, votes), section: place.get(section) ?? 0, weight, replayed: false })
    }
    yield
  }
  for (const { section, text } of replay) {
    const at = place.get(section)
    if (at !== undefined)
      lessons.push({ ...lessonOf(readText(model, text, ''), votes), section: at, weight: 1, replayed: true })
    if (lessons.length % A_TURN === 0) yield
  }
  return yield* trainLastLayer(sections, model.sections.length, lessons, votes)
}

/** {@link learningInTurns} in one piece. */
export const learnSections = (...of: Parameters<typeof learningInTurns>): Learned | undefined => {
  const turns = learningInTurns(...of)
  for (;;) {
    const { done, value } = turns.next()
    if (done) return value
  }
}

const newWord = (sections: number): Word => ({
  weights: new Float32Array(sections),
  squares: new Float32Array(sections).fill(START),
})

const groupsToTeach = (examples: readonly Example[]): [SectionId, Example[]][] => {
  const groups = new Map<SectionId, Example[]>()
  for (const example of examples) {
    const group = groups.get(example.section)
    if (group) group.push(example)
    else groups.set(example.section, [example])
  }
  return [...groups].filter(
    ([, group]) => group.length >= FEWEST_EXAMPLES && new Set(group.map(({ source }) => source)).size >= FEWEST_SOURCES,
  )
}

const lessonOf = (
  { features, logits, terms }: Reading,
  votes: ReadonlyMap<string, Word>,
): Pick<Lesson, 'features' | 'logits' | 'words' | 'loud'> => ({
  features,
  logits,
  words: terms.flatMap(term => votes.get(term) ?? []),
  loud: VOTE / Math.sqrt(terms.length + 1),
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
  // What the model says of sections that nobody teaches stays as it is: their texts only show what the taught ones are not.
  const taught = [...new Set(lessons.flatMap(({ section, replayed }) => (replayed ? [] : [section])))]
  // Lessons stand by section; a step that shares no factor with their number visits all of them well mixed.
  const stride = coprime(lessons.length, 0.618)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const rate = RATE * (1 - epoch / EPOCHS)
    for (let n = 0; n < lessons.length; n++) {
      if (n % A_TURN === 0) yield
      const lesson = lessons[(n * stride + epoch) % lessons.length]
      if (!lesson) continue
      const { features, words, loud, section, weight } = lesson
      // A third of the words is left out each time, another third the next, so that no phrase a desk always uses explains everything.
      const shown = words.filter((_, place) => (place + n + epoch) % LEAVE_OUT !== 0)
      for (let k = 0; k < sections.length; k++) {
        let value = (lesson.logits[k] ?? 0) + (outputBias[k] ?? 0) + dot(output, k, features)
        for (const { weights } of shown) value += loud * (weights[k] ?? 0)
        logits[k] = value
      }
      const errors = softmax(logits)
      for (const k of taught) {
        const error = weight * ((errors[k] ?? 0) - (k === section ? 1 : 0))
        for (let j = 0; j < width; j++) step(output, squares, k * width + j, error * (features[j] ?? 0), rate)
        outputBias[k] = (outputBias[k] ?? 0) - rate * error
        for (const { weights, squares: seen } of shown) step(weights, seen, k, error * loud, rate)
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

/** Logarithmic odds of a text: what the model says, and what is learnt. */
const logitsOf = (reading: Reading, { sections, output, outputBias, votes }: Learned): Float32Array => {
  const logits = new Float32Array(sections.length)
  for (let k = 0; k < sections.length; k++)
    logits[k] = (reading.logits[k] ?? 0) + (outputBias[k] ?? 0) + dot(output, k, reading.features)
  const loud = VOTE / Math.sqrt(reading.terms.length + 1)
  for (const term of reading.terms) {
    const row = votes.get(term)
    if (row) for (let k = 0; k < logits.length; k++) logits[k] = (logits[k] ?? 0) + loud * (row[k] ?? 0)
  }
  return logits
}

/** Whether a model was trained on texts of a language. */
export const knowsLanguage = ({ languages }: Pick<SectionModel, 'languages'>, declared: string | null): boolean => {
  const language = primaryLanguage(declared)
  return language !== null && languages.includes(language)
}

/** A text in which the model knows no word says little; one in a language it was not trained on, or that nobody declares, nothing. */
export const classifyBy =
  (model: SectionModel, learned?: () => Learned | undefined): Classify =>
  ({ title, summary, language }) => {
    if (!knowsLanguage(model, language)) return []
    const reading = readText(model, title, summary)
    const more = learned?.()
    const sections = more?.sections ?? model.sections
    const odds = softmax(more ? logitsOf(reading, more) : reading.logits)
    const heard =
      reading.known > 0 || reading.terms.some(term => model.votes.index.has(term) || more?.votes.has(term) === true)
    return sections
      .map((section, index) => ({ section, confidence: (odds[index] ?? 0) * (heard ? 1 : 0.3) }))
      .sort((a, b) => b.confidence - a.confidence)
  }
