// Sections by the text alone, on every sections-*.jsonl of a folder and on headlines of our own beside this file, with baselines; by all
// evidence, on the invented publishers of the demo; and a section the model never saw, learnt from the stream.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readEmbeddings, readLabelled } from '../src/cli/actions/train-sections.ts'
import { loadConfig } from '../src/config/load.ts'
import type { Labelled } from '../src/sections/classifier/train.ts'
import { classifyBy } from '../src/sections/classify.ts'
import { loadSectionModel } from '../src/sections/model-loader.ts'
import { classifySections } from '../src/sections/sections.ts'
import { embeddingRegression, keywordTable, naiveBayes, type Predict } from './quality-baselines.ts'
import { evidenceScore } from './quality-evidence.ts'
import { hiddenSection, type Lesson, unknownSection } from './quality-learning.ts'
import { OURS, type Row } from './quality-table.ts'

interface Score {
  readonly macro: number
  readonly bySection: Map<string, { precision: number; recall: number; f1: number }>
  readonly micros: number
}

/** Macro-F1 over the sections that the data has. */
const score = (texts: readonly Labelled[], predict: Predict): Score => {
  const started = process.cpuUsage()
  const found = texts.map(predict)
  const used = process.cpuUsage(started)
  const bySection = new Map(
    [...new Set(texts.map(({ section }) => section))].sort().map(section => {
      const right = texts.filter((text, n) => text.section === section && found[n] === section).length
      const precision = right / (found.filter(each => each === section).length || 1)
      const recall = right / texts.filter(text => text.section === section).length
      return [section, { precision, recall, f1: (2 * precision * recall) / (precision + recall || 1) }] as const
    }),
  )
  const macro = [...bySection.values()].reduce((sum, { f1 }) => sum + f1, 0) / bySection.size
  return { macro, bySection, micros: (used.user + used.system) / texts.length }
}

const percent = (share: number): string => `${(100 * share).toFixed(1).padStart(5)} %`

const sayLesson = (where: string, { section, precision, recall, f1, ...rest }: Lesson): void => {
  console.error(`  ${section}, ${where}: P ${percent(precision)}  R ${percent(recall)}  F1 ${percent(f1)}`)
  console.error(
    `    other sections found: ${percent(rest.othersBefore)} before, ${percent(rest.othersAfter)} after; learnt in ${rest.took.toFixed(0)} ms of CPU, the longest turn ${rest.longestTurn.toFixed(1)} ms`,
  )
}

export const quality = async (folder: string, options: readonly string[]): Promise<Row[]> => {
  const rows: Row[] = []
  const say = (line: string): void => console.error(line)
  const { taxonomy } = loadConfig('config', process.env)
  const model = loadSectionModel()
  const classify = classifyBy(model)
  const ours: Predict = ({ title, summary, language = null }) =>
    classifySections({ url: '', title, summary, categories: [], language, source: null }, taxonomy, classify)
      .sections[0] ?? ''
  const files = readdirSync(folder).filter(name => /^sections-.*\.jsonl$/.test(name) && name !== 'sections-train.jsonl')
  const train = readLabelled(join(folder, 'sections-train.jsonl'), say)
  const wire = readLabelled(new URL('../tests/support/labelled/sections-wire.jsonl', import.meta.url).pathname, say)
  const sets = [
    ...files.map(name => [name, readLabelled(join(folder, name), say)] as const),
    ['sections-wire.jsonl (ours)', wire] as const,
  ]
  const path = options.includes('--embeddings') ? options[options.indexOf('--embeddings') + 1] : undefined
  const embeddings = path === undefined ? undefined : readEmbeddings(path)
  const methods: [string, Predict][] = [
    ['keyword table', keywordTable()],
    ['naive Bayes', naiveBayes(train)],
    ...(embeddings ? [['embeddings, logistic', embeddingRegression(train, embeddings)] as [string, Predict]] : []),
    [OURS, ours],
  ]
  for (const [name, texts] of sets) {
    console.error(`\nSections, text alone: ${name}, ${texts.length} articles`)
    for (const text of texts.slice(0, 500)) ours(text) // warm, as a daemon is
    const [reached, cost]: [Record<string, string>, Record<string, string>] = [{}, {}]
    for (const [method, predict] of methods) {
      const { macro, micros, bySection } = score(texts, predict)
      reached[method] = (100 * macro).toFixed(1)
      cost[method] = micros.toFixed(0)
      console.error(`  ${method.padEnd(20)} macro-F1 ${percent(macro)}   ${micros.toFixed(0)} µs CPU an article`)
      if (method !== OURS) continue
      for (const [section, { precision, recall, f1 }] of bySection)
        console.error(`    ${section.padEnd(18)} P ${percent(precision)}  R ${percent(recall)}  F1 ${percent(f1)}`)
    }
    rows.push({ task: `sections by text alone, ${name}`, goal: GOALS[name] ?? '', cells: reached })
    rows.push({ task: `µs CPU an article, ${name}`, goal: '<= 100', cells: cost })
  }
  console.error('\nSections, all evidence: the invented publishers of the demo, six editions')
  for (const [what, withholds] of EVIDENCE) {
    const { articles, right, wrong } = await evidenceScore(taxonomy, classify, withholds)
    console.error(`  ${what.padEnd(52)} ${percent(right)} of ${articles} articles, ${wrong.length} titles wrong`)
    rows.push({
      task: `sections by ${what}`,
      goal: withholds ? '' : '>= 97',
      cells: { [OURS]: (100 * right).toFixed(1) },
    })
  }
  console.error('\nA section the model never saw, learnt from 200 articles of two sources, looked for in a third')
  const lesson = unknownSection(model, wire)
  sayLesson('made-up headlines of three desks, among ours', lesson)
  rows.push({
    task: 'sections, one learnt from the stream, F1',
    goal: '>= 80',
    cells: { [OURS]: (100 * lesson.f1).toFixed(1) },
  })
  if (embeddings)
    for (const hidden of ['sports', 'technology']) {
      const [alone, withAll] = hiddenSection(hidden, train, wire, embeddings)
      sayLesson('hidden from training, taught alone, looked for among ours', alone)
      sayLesson('the same, taught with all other sections', withAll)
    }
  else
    console.error(
      '  (with --embeddings: a section hidden from training too, and logistic regression on averaged embeddings above)',
    )
  return rows
}

const GOALS: Readonly<Record<string, string>> = { 'sections-test.jsonl': '>= 75' }

const EVIDENCE = [
  ['categories, URL, source, form, places, text', false],
  ['without categories, all sources general papers', true],
] as const
