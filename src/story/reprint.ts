/**
 * Whether one article reprints another: the same copy on another publisher, perhaps cut, under a new headline, with a byline or a local
 * paragraph. Wordy likeness alone is not enough: templates (match reports, quakes, horoscopes, "Day 2" and "Day 21") share most words
 * and differ in a few that count. (pure)
 */

import type { Features } from './features.ts'

/** Share of the shorter text's three-word runs that the longer one has too: containment (Broder, On the resemblance and containment of documents, 1997). */
export const containment = (a: readonly string[], b: readonly string[]): number => {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  const runs = (terms: readonly string[]) =>
    new Set(terms.slice(2).map((term, index) => `${terms[index]} ${terms[index + 1]} ${term}`))
  const of = runs(short)
  if (of.size === 0) return 0
  const within = runs(long)
  let shared = 0
  for (const run of of) if (within.has(run)) shared += 1
  return shared / of.size
}

const numbersIn = (terms: readonly string[]): string =>
  [...new Set(terms.filter(term => /\d/.test(term)))].sort().join(' ')

/** Terms one has and the other has not, as a share of the shorter. */
const difference = (a: readonly string[], b: readonly string[]): number => {
  const [one, other] = [new Set(a), new Set(b)]
  const missing = (from: Set<string>, inside: Set<string>) => [...from].filter(term => !inside.has(term)).length
  return Math.max(missing(one, other), missing(other, one)) / Math.max(1, Math.min(one.size, other.size))
}

const SUMMARY_RUNS = 8
const SAME_COPY = 0.6
const SAME_TITLE = 0.15

/** Summaries shorter than this many terms are too easily alike to prove a reprint alone. */
export const isReprint = (one: Features, other: Features): boolean => {
  if (one.language !== other.language || one.source === other.source) return false
  if (numbersIn(one.title) !== numbersIn(other.title) && numbersIn(one.title) !== '' && numbersIn(other.title) !== '')
    return false
  const long = Math.min(one.summary.length, other.summary.length) >= SUMMARY_RUNS
  if (long && containment(one.summary, other.summary) >= SAME_COPY) return true
  // Without enough text the titles must be the same words, and enough of them to be no template.
  return (
    !long && Math.min(one.title.length, other.title.length) >= 5 && difference(one.title, other.title) <= SAME_TITLE
  )
}
