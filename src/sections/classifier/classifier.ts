/** What a text alone says about its section: one hidden layer over the sum of its words, and direct votes of words and pairs. (pure) */

import { isUnspaced, pairWords, splitWords } from '../../util/words.ts'
import type { SectionModel } from './model-file.ts'

export interface Reading {
  /** Values of the hidden layer, then what went into it: from both a section is learnt that the layer was not made for. */
  readonly features: Float32Array
  /** Logarithmic odds of each section of the model, not normalised. */
  readonly logits: Float32Array
  /** Distinct words and pairs of the text. */
  readonly terms: readonly string[]
  /** How many of its words the model knows. */
  readonly known: number
}

/** Direct votes are divided by the root of how many terms a text has, so that long texts do not shout. */
export const VOTE = 3

/** The last units of the hidden layer, as many as there are sections, are straight: what is linear in the words passes as it is. */
export const rectified = (hidden: number, sections: number): number => hidden - sections

/** Reads a title and a summary; the title is what a section is chosen by, and stands first where a long text is cut. */
export const readText = (model: SectionModel, title: string, summary: string): Reading => {
  const { words, votes, hidden: width, sections } = model
  const list = splitWords(summary === '' ? title : `${title} . ${summary}`)
  const hidden = new Float32Array(width)
  let known = 0
  for (const word of list) {
    const row = words.index.get(word)
    if (row === undefined) continue
    known++
    const scale = words.scales[row] ?? 0
    const from = row * width
    for (let j = 0; j < width; j++) hidden[j] = (hidden[j] ?? 0) + scale * (words.values[from + j] ?? 0)
  }
  const share = 1 / Math.sqrt(known + 0.5)
  const bent = rectified(width, sections.length)
  const features = new Float32Array(2 * width)
  for (let j = 0; j < width; j++) {
    const value = (hidden[j] ?? 0) * share + (model.hiddenBias[j] ?? 0)
    hidden[j] = j < bent ? Math.max(0, value) : value
    features[j] = hidden[j] ?? 0
    features[width + j] = value
  }

  const logits = Float32Array.from(model.outputBias)
  for (let k = 0; k < sections.length; k++) {
    let sum = 0
    for (let j = 0; j < width; j++) sum += (model.output[k * width + j] ?? 0) * (hidden[j] ?? 0)
    logits[k] = (logits[k] ?? 0) + sum
  }
  // Of the runs of a script without blanks only those that are words count: the rest is where a knife fell.
  const terms = [...new Set([...list, ...pairWords(list)])].filter(term => votes.index.has(term) || !isUnspaced(term))
  const loud = VOTE / Math.sqrt(terms.length + 1)
  for (const term of terms) {
    const row = votes.index.get(term)
    if (row === undefined) continue
    const scale = (votes.scales[row] ?? 0) * loud
    for (let k = 0; k < sections.length; k++)
      logits[k] = (logits[k] ?? 0) + scale * (votes.values[row * sections.length + k] ?? 0)
  }
  return { features, logits, terms, known }
}

/** @returns probabilities that add up to 1 */
export const softmax = (logits: ArrayLike<number>): Float32Array => {
  let most = Number.NEGATIVE_INFINITY
  for (let k = 0; k < logits.length; k++) most = Math.max(most, logits[k] ?? 0)
  const out = new Float32Array(logits.length)
  let sum = 0
  for (let k = 0; k < logits.length; k++) {
    const value = Math.exp((logits[k] ?? 0) - most)
    out[k] = value
    sum += value
  }
  for (let k = 0; k < out.length; k++) out[k] = (out[k] ?? 0) / sum
  return out
}
