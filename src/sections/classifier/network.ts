/**
 * The network in training: the sum of word vectors through one hidden layer of rectified units, plus direct votes of
 * words and pairs; softmax and cross-entropy, learnt by Adagrad.
 */

import { adagradStep } from './adagrad.ts'
import { rectified, softmax, VOTE } from './classifier.ts'

export interface NetworkSize {
  readonly dimensions: number
  readonly hidden: number
  readonly sections: number
  /** Returns 0 to 1; seeded, so that the model is reproducible. */
  readonly random: () => number
}

export interface Votes {
  readonly weights: Float32Array
  readonly squares: Float32Array
}

const START = 1e-2
const DECAY = 1e-5

/** Learning rates of word vectors and direct votes, relative to that of the layers. */
const WORD_RATE = 0.2
const VOTE_RATE = 0.8

const filled = (length: number, value: number) => new Float32Array(length).fill(value)

export const createNetwork = ({ dimensions, hidden, sections, random }: NetworkSize) => {
  const rectifiedCount = rectified(hidden, sections)
  const scattered = (length: number) => new Float32Array(length).map(() => (random() - 0.5) * 0.3)
  const input = scattered(hidden * dimensions)
  const output = scattered(sections * hidden)
  const hiddenBias = new Float32Array(hidden)
  const outputBias = new Float32Array(sections)
  const squares = {
    input: filled(input.length, START),
    output: filled(output.length, START),
    hiddenBias: filled(hidden, START),
    outputBias: filled(sections, START),
  }
  const sum = new Float32Array(dimensions)
  const unit = new Float32Array(hidden)
  const logits = new Float32Array(sections)
  const backToUnit = new Float32Array(hidden)
  const backToSum = new Float32Array(dimensions)

  const forward = (vectors: readonly Float32Array[], votes: readonly Votes[], terms: number): number => {
    sum.fill(0)
    for (const vector of vectors) for (let d = 0; d < dimensions; d++) sum[d] = (sum[d] ?? 0) + (vector[d] ?? 0)
    const share = 1 / Math.sqrt(vectors.length + 0.5)
    for (let d = 0; d < dimensions; d++) sum[d] = (sum[d] ?? 0) * share
    for (let j = 0; j < hidden; j++) {
      let value = hiddenBias[j] ?? 0
      for (let d = 0; d < dimensions; d++) value += (input[j * dimensions + d] ?? 0) * (sum[d] ?? 0)
      unit[j] = j >= rectifiedCount || value > 0 ? value : 0
    }
    const voteScale = VOTE / Math.sqrt(terms + 1)
    for (let k = 0; k < sections; k++) {
      let value = outputBias[k] ?? 0
      for (let j = 0; j < hidden; j++) value += (output[k * hidden + j] ?? 0) * (unit[j] ?? 0)
      for (const { weights } of votes) value += voteScale * (weights[k] ?? 0)
      logits[k] = value
    }
    return share
  }

  /** Takes one gradient step for one text. */
  const learn = (
    vectors: readonly Float32Array[],
    votes: readonly Votes[],
    { terms, section, weight, rate }: { terms: number; section: number; weight: number; rate: number },
  ): void => {
    const share = forward(vectors, votes, terms)
    const errors = softmax(logits)
    backToUnit.fill(0)
    backToSum.fill(0)
    const voteScale = VOTE / Math.sqrt(terms + 1)
    for (let k = 0; k < sections; k++) {
      const error = weight * ((errors[k] ?? 0) - (k === section ? 1 : 0))
      for (let j = 0; j < hidden; j++) {
        const value = unit[j] ?? 0
        if (value === 0) continue
        const at = k * hidden + j
        backToUnit[j] = (backToUnit[j] ?? 0) + error * (output[at] ?? 0)
        adagradStep(output, squares.output, at, error * value, rate)
      }
      adagradStep(outputBias, squares.outputBias, k, error, rate)
      for (const { weights, squares: seen } of votes) adagradStep(weights, seen, k, error * voteScale, rate * VOTE_RATE)
    }
    for (let j = 0; j < hidden; j++) {
      if ((unit[j] ?? 0) === 0) continue
      const error = backToUnit[j] ?? 0
      for (let d = 0; d < dimensions; d++) {
        const at = j * dimensions + d
        const weightNow = input[at] ?? 0
        backToSum[d] = (backToSum[d] ?? 0) + error * weightNow
        adagradStep(input, squares.input, at, error * (sum[d] ?? 0) + DECAY * weightNow, rate)
      }
      adagradStep(hiddenBias, squares.hiddenBias, j, error, rate)
    }
    const move = rate * WORD_RATE * share
    for (const vector of vectors)
      for (let d = 0; d < dimensions; d++) vector[d] = (vector[d] ?? 0) - move * (backToSum[d] ?? 0)
  }

  /** Computes what a word adds to the hidden layer: its vector times the first layer. */
  const foldWord = (vector: Float32Array): Float32Array => {
    const row = new Float32Array(hidden)
    for (let j = 0; j < hidden; j++) {
      let value = 0
      for (let d = 0; d < dimensions; d++) value += (input[j * dimensions + d] ?? 0) * (vector[d] ?? 0)
      row[j] = value
    }
    return row
  }

  return { learn, foldWord, hiddenBias, output, outputBias }
}

export const newVotes = (sections: number): Votes => ({
  weights: new Float32Array(sections),
  squares: filled(sections, START),
})
