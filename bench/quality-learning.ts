/**
 * Measures how well a section that the model never saw is learnt: from 200 articles of two sources, tested on those of
 * a third; and for how long at a time learning blocks the process.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SectionModel } from '../src/sections/classifier/model-file.ts'
import { type Embeddings, type Labelled, parseSectionWords, trainSections } from '../src/sections/classifier/train.ts'
import { classifyBy } from '../src/sections/classify.ts'
import type { Example } from '../src/sections/examples.ts'
import type { Learned } from '../src/sections/last-layer.ts'
import { learnStepwise } from '../src/sections/learn.ts'
import { modelDir, replayTexts } from '../src/sections/model-loader.ts'
import { teachers, third } from '../tests/support/labelled/motor-news.ts'
import type { Predict } from './quality-baselines.ts'

export interface Lesson {
  readonly section: string
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Share of all others' texts found in their sections, before and after. */
  readonly othersBefore: number
  readonly othersAfter: number
  /** ms of CPU of all learning, and of its longest turn. Wall-clock time would include other processes. */
  readonly took: number
  readonly longestTurn: number
}

const predictBy =
  (model: SectionModel, learned?: Learned): Predict =>
  ({ title, summary }) =>
    classifyBy(model, () => learned)({ title, summary, language: 'en' })[0]?.section ?? ''

const share = (texts: readonly Labelled[], predict: Predict): number =>
  texts.filter(text => predict(text) === text.section).length / (texts.length || 1)

/** ms of CPU this process has used. */
const cpu = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const lesson = (
  section: string,
  model: SectionModel,
  examples: readonly Example[],
  texts: readonly Labelled[],
): Lesson => {
  const started = cpu()
  let longestTurn = 0
  let learned: Learned | undefined
  const turns = learnStepwise(model, examples, replayTexts(model), 0)
  for (let done = false; !done; ) {
    const from = cpu()
    const turn = turns.next()
    longestTurn = Math.max(longestTurn, cpu() - from)
    if (turn.done) learned = turn.value
    done = turn.done === true
  }
  const took = cpu() - started
  const predict = predictBy(model, learned)
  const found = texts.map(predict)
  const right = texts.filter((text, n) => text.section === section && found[n] === section).length
  const precision = right / (found.filter(each => each === section).length || 1)
  const recall = right / texts.filter(text => text.section === section).length
  const others = texts.filter(text => text.section !== section)
  return {
    section,
    precision,
    recall,
    f1: (2 * precision * recall) / (precision + recall || 1),
    othersBefore: share(others, predictBy(model)),
    othersAfter: share(others, predict),
    took,
    longestTurn,
  }
}

/** Made-up headlines of the operator's own section `motor`, among headlines of the sections the model knows. */
export const unknownSection = (model: SectionModel, others: readonly Labelled[]): Lesson => {
  const examples = Object.entries(teachers).flatMap(([source, word]) =>
    Array.from({ length: 100 }, (_, n) => ({ section: 'motor', source, text: word(n), at: 0 })),
  )
  const looked = Array.from({ length: 100 }, (_, n) => ({ title: third(n), summary: '', section: 'motor' }))
  return lesson('motor', model, examples, [...others, ...looked])
}

/**
 * A section hidden from training, with its texts and words; then 200 of its articles as two sources, alone and together
 * with as many of each other section.
 */
export const hiddenSection = (
  hidden: string,
  train: readonly Labelled[],
  others: readonly Labelled[],
  embeddings: Embeddings,
): [alone: Lesson, withAll: Lesson] => {
  const words = parseSectionWords(readFileSync(join(modelDir, 'words.txt'), 'utf8'))
  words.delete(hidden)
  const texts = train.filter(({ section }) => section !== hidden)
  const model = trainSections({ texts, words, embeddings, note: `without ${hidden}` })
  const taught = (section: string): Example[] =>
    train
      .filter(text => text.section === section)
      .slice(0, 200)
      .map((text, n) => ({ section, source: n % 2 === 0 ? 'first' : 'second', text: text.title, at: 0 }))
  const all = [...new Set(train.map(({ section }) => section))].flatMap(taught)
  return [lesson(hidden, model, taught(hidden), others), lesson(hidden, model, all, others)]
}
