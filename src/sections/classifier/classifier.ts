/**
 * Classifies a text: one hidden layer over the sum of its word vectors, and direct votes of words and pairs of words.
 */

import { isUnspaced, pairWords, splitWords } from '../../util/words.ts'
import type { SectionModel } from './model-file.ts'

export interface Reading {
  /**
   * Values of the hidden layer, then its inputs: both are needed to learn a section that the layer was not trained for.
   */
  readonly features: Float32Array
  /** Log odds of each section of the model, not normalised. */
  readonly logits: Float32Array
  /** Distinct words and pairs of the text. */
  readonly terms: readonly string[]
  /** Number of words that the model knows. */
  readonly known: number
}

/**
 * Factor of direct votes, which are also divided by the root of the number of terms, so that long texts do not
 * dominate.
 */
export const VOTE = 3

/** Number of rectified hidden units. The remaining units, one per section, are linear. */
export const rectified = (hidden: number, sections: number): number => hidden - sections

/**
 * Reads a title and a summary. The title matters most and comes first, so that it survives if a long text is cut.
 */
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
  const rectifiedCount = rectified(width, sections.length)
  const features = new Float32Array(2 * width)
  for (let j = 0; j < width; j++) {
    const value = (hidden[j] ?? 0) * share + (model.hiddenBias[j] ?? 0)
    hidden[j] = j < rectifiedCount ? Math.max(0, value) : value
    features[j] = hidden[j] ?? 0
    features[width + j] = value
  }

  const logits = Float32Array.from(model.outputBias)
  for (let k = 0; k < sections.length; k++) {
    let sum = 0
    for (let j = 0; j < width; j++) sum += (model.output[k * width + j] ?? 0) * (hidden[j] ?? 0)
    logits[k] = (logits[k] ?? 0) + sum
  }
  // In scripts without spaces, count only runs that are known words; the others are accidental cuts.
  const terms = [...new Set([...list, ...pairWords(list)])].filter(term => votes.index.has(term) || !isUnspaced(term))
  const voteScale = VOTE / Math.sqrt(terms.length + 1)
  for (const term of terms) {
    const row = votes.index.get(term)
    if (row === undefined) continue
    const scale = (votes.scales[row] ?? 0) * voteScale
    for (let k = 0; k < sections.length; k++)
      logits[k] = (logits[k] ?? 0) + scale * (votes.values[row * sections.length + k] ?? 0)
  }
  return { features, logits, terms, known }
}

/** @returns probabilities that add up to 1 */
export const softmax = (logits: ArrayLike<number>): Float32Array => {
  let highest = Number.NEGATIVE_INFINITY
  for (let k = 0; k < logits.length; k++) highest = Math.max(highest, logits[k] ?? 0)
  const out = new Float32Array(logits.length)
  let sum = 0
  for (let k = 0; k < logits.length; k++) {
    const value = Math.exp((logits[k] ?? 0) - highest)
    out[k] = value
    sum += value
  }
  for (let k = 0; k < out.length; k++) out[k] = (out[k] ?? 0) / sum
  return out
}
