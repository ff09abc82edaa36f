/**
 * Decides whether two articles use one template for two events: days of a race, match reports, earthquakes, horoscopes,
 * daily briefings. They share more words than two papers' reports on one event, so the evidence of words alone would
 * put them together. They differ in what is *in the same place*: other numbers and names in one frame, or other news
 * under one title.
 */

import { hasDigit, type Term, type Texts } from './features.ts'
import { align } from './reprint.ts'

/** Share of the shorter headline that is frame where one source wrote both, and of the longer one where two did. */
const FRAME = 1 / 3
const SHARED_FRAME = 1 / 2
const MIN_FRAME = 2
/** Share of a headline that must be frame if there is no summary to compare. */
const BARE_FRAME = 2 / 3
/** Summaries are compared from this many terms on. */
const MIN_BODY = 4
const COMMON_SHARE = 0.2

/** Returns the terms of one that the other lacks. */
const without = (a: readonly Term[], b: readonly Term[]): Term[] => a.filter(term => !b.includes(term))

/** Whether the words that differ in the headline occur in the article's own summary and not in the other's. */
const matchesOwnText = (own: readonly Term[], { summary }: Texts, other: Texts): boolean =>
  own.some(term => summary.includes(term) && !other.summary.includes(term))

const sharesNews = ({ title, summary }: Texts, other: Texts): boolean => {
  const body = without(summary, title)
  const common = body.filter(term => other.summary.includes(term)).length
  return common > COMMON_SHARE * Math.min(body.length, other.summary.length)
}

export const reportOtherEvents = (one: Texts, other: Texts): boolean => {
  const bodies = Math.min(one.summary.length, other.summary.length)
  const [own, others] = [without(one.title, other.title), without(other.title, one.title)]
  if (own.length === 0 && others.length === 0) return bodies >= MIN_BODY && !sharesNews(one, other)
  if (own.length === 0 || others.length === 0) return false
  const { matched } = align(one.title, other.title)
  const [short, long] = [Math.min(one.title.length, other.title.length), Math.max(one.title.length, other.title.length)]
  const isSameSource = one.source !== '' && one.source === other.source
  if (matched < MIN_FRAME || matched < (isSameSource ? FRAME * short : SHARED_FRAME * long)) return false
  const numbers = own.some(hasDigit) && others.some(hasDigit)
  const words = own.some(term => !hasDigit(term)) && others.some(term => !hasDigit(term))
  if (numbers && words) return true
  // The headlines are the same except for the words that fill the template.
  const changed = Math.max(own.length, others.length)
  if (one.title.length !== other.title.length || matched + changed < long || matched * 2 < long) return false
  if (bodies < MIN_BODY) return numbers || matched >= BARE_FRAME * long
  return numbers || (matchesOwnText(own, one, other) && matchesOwnText(others, other, one))
}
