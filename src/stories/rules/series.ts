/**
 * Whether two articles are made from one template and tell of two events: days of a race, match reports, quakes, horoscopes, daily
 * briefings. They share more words than two papers do on one event, so evidence alone would put them together. What tells them apart is
 * what stands *in the same place*: other numbers and names in one frame, or other news under one heading. (pure)
 */

import { type Features, hasDigit, type Term } from './features.ts'
import { align } from './reprint.ts'

/** Two papers seldom find the same words for a headline but for one of them. */
const FRAME = 1 / 3
const LEAST_FRAME = 2
/** Share of a headline that is frame where there is no text to ask. */
const BARE_FRAME = 2 / 3
/** Bodies of so many terms tell whether they have anything in common. */
const BODY = 4
const COMMON = 0.2

/** Terms of one that the other lacks. */
const without = (a: readonly Term[], b: readonly Term[]): Term[] => a.filter(term => !b.includes(term))

/** What a headline says in place of the other's is what its own text is about, and not the other's. */
const standsFor = (own: readonly Term[], { summary }: Features, other: Features): boolean =>
  own.some(term => summary.includes(term) && !other.summary.includes(term))

const sharesNews = ({ title, summary }: Features, other: Features): boolean => {
  const told = without(summary, title)
  const common = told.filter(term => other.summary.includes(term)).length
  return common > COMMON * Math.min(told.length, other.summary.length)
}

export const tellsOfAnother = (one: Features, other: Features): boolean => {
  const bodies = Math.min(one.summary.length, other.summary.length)
  const [own, others] = [without(one.title, other.title), without(other.title, one.title)]
  if (own.length === 0 && others.length === 0) return bodies >= BODY && !sharesNews(one, other)
  if (own.length === 0 || others.length === 0) return false
  const { matched } = align(one.title, other.title)
  const [short, long] = [Math.min(one.title.length, other.title.length), Math.max(one.title.length, other.title.length)]
  if (matched < LEAST_FRAME || matched < FRAME * short) return false
  const numbers = own.some(hasDigit) && others.some(hasDigit)
  const words = own.some(term => !hasDigit(term)) && others.some(term => !hasDigit(term))
  if (numbers && words) return true
  // The same headline word for word, but for what was put into it.
  const changed = Math.max(own.length, others.length)
  if (one.title.length !== other.title.length || matched + changed < long || matched * 2 < long) return false
  if (bodies < BODY) return numbers || matched >= BARE_FRAME * long
  return numbers || (standsFor(own, one, other) && standsFor(others, other, one))
}
