/** Entries of a list, made of text. */

import type { Entries } from '../../src/lists/entries.ts'

/** @param texts JSON each */
export const entriesFrom = (texts: readonly string[]): Entries => {
  const whole = Buffer.from(texts.join(''))
  let at = 0
  const each = texts.map(text => {
    const from = at
    at += Buffer.byteLength(text)
    return whole.subarray(from, at)
  })
  return { whole, each }
}
