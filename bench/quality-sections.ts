// Sections by the text alone, on every sections-*.jsonl of a folder and on headlines of our own beside this file, with baselines:
// a keyword table, naive Bayes trained on sections-train.jsonl, and logistic regression on averaged embeddings where their path is given.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { embeddingsOf, readLabelled } from '../src/app/commands/train-sections.ts'
import { loadConfig } from '../src/app/config/load.ts'
import { loadSectionModel, modelDir, replayTexts } from '../src/app/section-model.ts'
import { classifyBy, type Example, learnSections } from '../src/article/learned.ts'
import { sectionsOf } from '../src/article/sections.ts'
import { type Labelled, parseSectionWords, trainSections } from '../src/article/train.ts'
import { pairsOf, wordsOf } from '../src/article/words.ts'

type Predict = (text: Labelled) => string

const featuresOf = ({ title, summary }: Labelled): string[] => {
  const words = wordsOf(`${title} . ${summary}`)
  return [...words, ...pairsOf(words)]
}

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

const keywordTable = (): Predict => {
  const table = [...parseSectionWords(readFileSync(join(modelDir, 'words.txt'), 'utf8'))].flatMap(([section, words]) =>
    words.map(word => [wordsOf(word).join(' '), section] as const),
  )
  const sections = new Map(table)
  return text => {
    const votes = new Map<string, number>()
    for (const feature of featuresOf(text)) {
      const section = sections.get(feature)
      if (section) votes.set(section, (votes.get(section) ?? 0) + 1)
    }
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'world'
  }
}

const naiveBayes = (texts: readonly Labelled[]): Predict => {
  const counts = new Map<string, Map<string, number>>()
  const totals = new Map<string, number>()
  const sizes = new Map<string, number>()
  const vocabulary = new Set<string>()
  for (const text of texts) {
    const own = counts.get(text.section) ?? new Map<string, number>()
    counts.set(text.section, own)
    sizes.set(text.section, (sizes.get(text.section) ?? 0) + 1)
    for (const feature of featuresOf(text)) {
      own.set(feature, (own.get(feature) ?? 0) + 1)
      totals.set(text.section, (totals.get(text.section) ?? 0) + 1)
      vocabulary.add(feature)
    }
  }
  return text => {
    const features = featuresOf(text).filter(feature => vocabulary.has(feature))
    let best = ''
    let most = Number.NEGATIVE_INFINITY
    for (const [section, own] of counts) {
      const total = (totals.get(section) ?? 0) + 0.3 * vocabulary.size
      const odds = features.reduce(
        (sum, feature) => sum + Math.log(((own.get(feature) ?? 0) + 0.3) / total),
        Math.log(sizes.get(section) ?? 1),
      )
      if (odds > most) [best, most] = [section, odds]
    }
    return best
  }
}

/** A section of which the model saw neither texts nor words, learnt from two sources and looked for in another publisher's headlines. */
const learning = (train: readonly Labelled[], others: readonly Labelled[], embeddings: string): void => {
  const hidden = 'sports'
  const words = parseSectionWords(readFileSync(join(modelDir, 'words.txt'), 'utf8'))
  words.delete(hidden)
  const texts = train.filter(({ section }) => section !== hidden)
  const model = trainSections({ texts, words, embeddings: embeddingsOf(embeddings), note: 'without sports' })
  const examples: Example[] = [...new Set(train.map(({ section }) => section))].flatMap(section =>
    train
      .filter(text => text.section === section)
      .slice(0, 200)
      .map((text, n) => ({ section, source: n % 2 === 0 ? 'first' : 'second', text: text.title, at: 0 })),
  )
  const started = performance.now()
  const learned = learnSections(model, examples, replayTexts(model), 0)
  const took = performance.now() - started
  const classify = classifyBy(model, () => learned)
  const predict: Predict = ({ title, summary }) => classify({ title, summary, language: 'en' })[0]?.section ?? ''
  const { bySection, macro } = score(others, predict)
  const { precision = 0, recall = 0, f1 = 0 } = bySection.get(hidden) ?? {}
  console.log(
    `  ${hidden} P ${percent(precision)}  R ${percent(recall)}  F1 ${percent(f1)}, all sections ${percent(macro)}; learnt in ${took.toFixed(0)} ms from ${examples.length} articles`,
  )
}

const percent = (share: number): string => `${(100 * share).toFixed(1).padStart(5)} %`

export const quality = async (folder: string, options: readonly string[]): Promise<void> => {
  const say = (line: string): void => console.error(line)
  const { taxonomy } = loadConfig('config', process.env)
  const model = loadSectionModel()
  const classify = classifyBy(model)
  const ours: Predict = ({ title, summary }) =>
    sectionsOf({ url: '', title, summary, categories: [], language: 'en', source: null }, taxonomy, classify)
      .sections[0] ?? ''
  const files = readdirSync(folder).filter(name => /^sections-.*\.jsonl$/.test(name) && name !== 'sections-train.jsonl')
  const train = readLabelled(join(folder, 'sections-train.jsonl'), say)
  const wire = readLabelled(new URL('sections-wire.jsonl', import.meta.url).pathname, say)
  const sets = [
    ...files.map(name => [name, readLabelled(join(folder, name), say)] as const),
    ['sections-wire.jsonl (ours)', wire] as const,
  ]
  const methods: [string, Predict][] = [
    ['keyword table', keywordTable()],
    ['naive Bayes', naiveBayes(train)],
    ['newsdesk', ours],
  ]
  for (const [name, texts] of sets) {
    console.log(`\nSections, text alone: ${name}, ${texts.length} articles`)
    for (const text of texts.slice(0, 500)) ours(text) // warm, as a daemon is
    for (const [method, predict] of methods) {
      const { macro, micros, bySection } = score(texts, predict)
      console.log(`  ${method.padEnd(14)} macro-F1 ${percent(macro)}   ${micros.toFixed(0)} µs CPU an article`)
      if (method !== 'newsdesk') continue
      for (const [section, { precision, recall, f1 }] of bySection)
        console.log(`    ${section.padEnd(14)} P ${percent(precision)}  R ${percent(recall)}  F1 ${percent(f1)}`)
    }
  }
  const embeddings = options[options.indexOf('--embeddings') + 1]
  if (!options.includes('--embeddings') || embeddings === undefined) return
  console.log(
    '\nA section the model never saw, learnt from 200 articles of two sources, found in another publisher (ours):',
  )
  learning(train, wire, embeddings)
}
