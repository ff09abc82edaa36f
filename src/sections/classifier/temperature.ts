/**
 * Calibration: one factor by which log odds are divided, so that of what a classifier says with 90 %, 90 % is right (Guo,
 * Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, ICML 2017). (pure)
 */

import { softmax } from './classifier.ts'

/** A text that the classifier was not trained on: its log odds, and which of them is right. */
export interface Judged {
  readonly logits: ArrayLike<number>
  /** Indexes of the right section, or of those that all count as right. */
  readonly section: number
  /** Default: 1. */
  readonly weight?: number
}

const LOWEST = 0.1
const HIGHEST = 5
const STEPS = 60

/** Mean negative log likelihood of the right sections at a temperature. */
const lossAt = (judged: readonly Judged[], temperature: number): number =>
  judged.reduce((sum, { logits, section, weight = 1 }) => {
    const odds = softmax(Array.from(logits, value => value / temperature))
    return sum - weight * Math.log(Math.max(odds[section] ?? 0, 1e-9))
  }, 0)

/** @returns the temperature from 0.1 to 5 that makes the right sections likeliest; 1 without texts */
export const fitTemperature = (judged: readonly Judged[]): number => {
  if (judged.length === 0) return 1
  // The loss has one minimum: golden-section search on the logarithm.
  const ratio = (Math.sqrt(5) - 1) / 2
  let [low, high] = [Math.log(LOWEST), Math.log(HIGHEST)]
  for (let step = 0; step < STEPS && high - low > 1e-3; step++) {
    const [left, right] = [high - ratio * (high - low), low + ratio * (high - low)]
    if (lossAt(judged, Math.exp(left)) < lossAt(judged, Math.exp(right))) high = right
    else low = left
  }
  return Math.exp((low + high) / 2)
}
