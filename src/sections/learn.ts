/**
 * Trains the last layer and word votes of the text classifier on articles that publishers filed themselves, so that it
 * adapts to the operator's sections and sources. (pure)
 */

import { splitWords } from '../util/words.ts'
import { type Reading, readText } from './classifier/classifier.ts'
import type { SectionModel } from './classifier/model-file.ts'
import { type Example, findSharedTerms, findTemplates, groupBySection, weighExamples } from './examples.ts'
import {
  buildLesson,
  type Learned,
  type Lesson,
  newWord,
  TEXTS_PER_TURN,
  trainLastLayer,
  type Word,
} from './last-layer.ts'

/** The examples of a section that has fewer than this weigh more, so that larger sections do not dominate. */
const FULL_SECTION = 240

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
    for (const term of findSharedTerms(group, readings)) if (!votes.has(term)) votes.set(term, newWord(sections.length))
    yield
    const weights = weighExamples(group, now)
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
