/**
 * Decides whether one article reprints another: the same copy at another publisher. Editors cut copy, change its
 * headline, prepend a byline or dateline or insert a local paragraph, but they do not change single words. Templates do
 * just that: match reports, earthquakes, horoscopes, "Day 2" and "Day 21" share most words and differ in a few that
 * matter. So two texts are aligned: words that *replace* others are evidence against a reprint, omitted or added words
 * are not.
 */

import { hasDigit, type Term, type Texts } from './features.ts'

/** The alignment of two texts. */
export interface Alignment {
  /** Number of terms both have in the same order. */
  readonly matched: number
  readonly longestRun: number
  /** Number of places where a few terms replace a few others, and of those that involve a number. */
  readonly replaced: number
  readonly replacedNumbers: number
}

/** A longer replacement is a paragraph exchanged for a local one. */
const MAX_REPLACED = 5

/**
 * Longest common subsequence (Wagner, Fischer, The string-to-string correction problem, 1974). O(a * b), both bounded
 * by features.
 */
export const align = (a: readonly Term[], b: readonly Term[]): Alignment => {
  const width = b.length + 1
  const best = new Uint16Array((a.length + 1) * width)
  const at = (i: number, j: number): number => best[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      best[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  let [i, j, matched, run, longestRun, replaced, replacedNumbers] = [0, 0, 0, 0, 0, 0, 0]
  let [gapA, gapB]: [Term[], Term[]] = [[], []]
  const closeGap = () => {
    const changed = gapA.length > 0 && gapB.length > 0 && Math.max(gapA.length, gapB.length) <= MAX_REPLACED
    if (matched > 0 && changed) {
      replaced += 1
      if ([...gapA, ...gapB].some(hasDigit)) replacedNumbers += 1
    }
    if (gapA.length + gapB.length > 0) run = 0
    gapA = []
    gapB = []
  }
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      closeGap()
      matched += 1
      run += 1
      longestRun = Math.max(longestRun, run)
      i += 1
      j += 1
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      gapA.push(a[i] ?? 0)
      i += 1
    } else {
      gapB.push(b[j] ?? 0)
      j += 1
    }
  }
  return { matched, longestRun, replaced, replacedNumbers }
}

/** Shorter summaries, in terms, are too easily alike to prove a reprint. */
const MIN_BODY = 8
const SAME_SHARE = 0.5
const MIN_RUN = 6
/** One replaced word is allowed for this many shared terms. */
const TERMS_PER_CHANGE = 25
const MIN_TITLE = 5
const MAX_ADDED_TO_TITLE = 2

const lacks = (a: readonly Term[], b: readonly Term[], digit: boolean): boolean =>
  a.some(term => hasDigit(term) === digit && !b.includes(term))

const differIn = (a: readonly Term[], b: readonly Term[], digit: boolean): boolean =>
  lacks(a, b, digit) && lacks(b, a, digit)

const alikeByHalf = (a: readonly Term[], b: readonly Term[]): boolean =>
  align(a, b).matched * 2 >= Math.max(1, Math.min(a.length, b.length))

const sameBody = (a: readonly Term[], b: readonly Term[]): boolean => {
  const short = Math.min(a.length, b.length)
  const { matched, longestRun, replaced, replacedNumbers } = align(a, b)
  return (
    replacedNumbers === 0 &&
    replaced <= Math.floor(matched / TERMS_PER_CHANGE) &&
    longestRun >= MIN_RUN &&
    matched >= Math.max(MIN_BODY, SAME_SHARE * short)
  )
}

const sameTitle = (a: readonly Term[], b: readonly Term[]): boolean => {
  const { matched, replaced } = align(a, b)
  const [short, long] = [Math.min(a.length, b.length), Math.max(a.length, b.length)]
  const added = a.length > b.length ? a.filter(term => !b.includes(term)) : b.filter(term => !a.includes(term))
  return (
    matched >= MIN_TITLE &&
    matched === short &&
    replaced === 0 &&
    long - short <= MAX_ADDED_TO_TITLE &&
    !added.some(hasDigit)
  )
}

export const isReprint = (one: Texts, other: Texts): boolean => {
  if (one.language !== other.language || (one.source !== '' && one.source === other.source)) return false
  const bodies = Math.min(one.summary.length, other.summary.length)
  if (differIn(one.title, other.title, true) && alikeByHalf(one.title, other.title)) return false
  if (bodies >= MIN_BODY) return sameBody(one.summary, other.summary)
  // Without summaries the titles must consist of the same words, and be long enough not to be a template.
  return bodies === 0 && sameTitle(one.title, other.title)
}
