// What an able engineer would write first for sections by text alone: a keyword table, naive Bayes on words and pairs, and logistic
// regression on averaged word embeddings.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { softmax } from '../src/sections/classifier/classifier.ts'
import { type Embeddings, type Labelled, parseSectionWords } from '../src/sections/classifier/train.ts'
import { modelDir } from '../src/sections/model-loader.ts'
import { pairWords, splitWords } from '../src/util/words.ts'

export type Predict = (text: Labelled) => string

const featuresOf = ({ title, summary }: Labelled): string[] => {
  const words = splitWords(`${title} . ${summary}`)
  return [...words, ...pairWords(words)]
}

export const keywordTable = (): Predict => {
  const table = [...parseSectionWords(readFileSync(join(modelDir, 'words.txt'), 'utf8'))].flatMap(([section, words]) =>
    words.map(word => [splitWords(word).join(' '), section] as const),
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

export const naiveBayes = (texts: readonly Labelled[]): Predict => {
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

const EPOCHS = 12
const RATE = 0.5
const START = 1e-2

/** Mean of the vectors of a text's words, each of length 1. */
const meanOf = ({ title, summary }: Labelled, { dimensions, vectors }: Embeddings): Float32Array => {
  const known = splitWords(`${title} . ${summary}`).flatMap(word => vectors.get(word) ?? [])
  const mean = new Float32Array(dimensions)
  for (const vector of known) {
    const share = 1 / (known.length * (Math.hypot(...vector) || 1))
    for (let d = 0; d < dimensions; d++) mean[d] = (mean[d] ?? 0) + (vector[d] ?? 0) * share
  }
  return mean
}

/** Softmax regression by Adagrad, classes balanced. */
export const embeddingRegression = (texts: readonly Labelled[], embeddings: Embeddings): Predict => {
  const sections = [...new Set(texts.map(({ section }) => section))].sort()
  const width = embeddings.dimensions + 1
  const weights = sections.map(() => new Float32Array(width))
  const squares = sections.map(() => new Float32Array(width).fill(START))
  const sizes = new Map(sections.map(each => [each, texts.filter(({ section }) => section === each).length]))
  const inputs = texts.map(text => Float32Array.of(...meanOf(text, embeddings), 1))
  const logitsOf = (input: Float32Array) =>
    weights.map(row => row.reduce((sum, weight, d) => sum + weight * (input[d] ?? 0), 0))
  for (let epoch = 0; epoch < EPOCHS; epoch++)
    for (const [n, { section }] of texts.entries()) {
      const input = inputs[n] ?? new Float32Array(width)
      const odds = softmax(logitsOf(input))
      const share = texts.length / sections.length / (sizes.get(section) ?? 1)
      for (const [k, row] of weights.entries()) {
        const error = share * ((odds[k] ?? 0) - (sections[k] === section ? 1 : 0))
        const seen = squares[k] ?? new Float32Array(width)
        for (let d = 0; d < width; d++) {
          const gradient = error * (input[d] ?? 0)
          seen[d] = (seen[d] ?? 0) + gradient * gradient
          row[d] = (row[d] ?? 0) - (RATE * (1 - epoch / EPOCHS) * gradient) / Math.sqrt(seen[d] ?? 1)
        }
      }
    }
  return text => {
    const logits = logitsOf(Float32Array.of(...meanOf(text, embeddings), 1))
    return sections[logits.indexOf(Math.max(...logits))] ?? ''
  }
}
