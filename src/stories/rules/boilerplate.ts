/**
 * Strips what a source writes in every text, such as its name after each title, a credit before or an invitation after
 * each summary, since it says nothing about the event. Learnt from the latest articles of each source, from its second
 * article on.
 */

import type { SourceId } from '../../domain/source.ts'
import { type Savable, savedRows } from '../../util/savable.ts'
import type { Features, Term } from './features.ts'
import { type Journal, setNoted } from './journal.ts'

type Text = Pick<Features, 'title' | 'summary'>

/** Latest articles of a source that a new one is compared with. */
const LATEST = 8
/** Minimum length, in terms, of a common end of two texts that counts as boilerplate. */
const MIN_RUN = 2
/** If less than half of a text would be left, so many other texts must end the same: a few may report one event. */
const MIN_LIKE = 3

/** Number of terms with which both texts end. */
const commonEnd = (a: readonly Term[], b: readonly Term[]): number => {
  let length = 0
  while (length < a.length && length < b.length && a[a.length - 1 - length] === b[b.length - 1 - length]) length += 1
  return length
}

/** @returns how many terms at the end of a text its source has ended other texts with */
const endOf = (text: readonly Term[], others: readonly (readonly Term[])[]): number => {
  const ends = others
    // If the other text is nothing but the common end, it is the same news again, and its end is no boilerplate.
    .map(other => (other.length === commonEnd(text, other) ? 0 : commonEnd(text, other)))
    .filter(length => length >= MIN_RUN && length < text.length)
    .sort((a, b) => b - a)
  const [longest = 0] = ends
  if (longest * 2 <= text.length) return longest
  // The longest end that enough others share, or that leaves half of the text.
  return Math.max(ends[MIN_LIKE - 1] ?? 0, ends.find(length => length * 2 <= text.length) ?? 0)
}

/** @returns the text read from its end */
const reversed = (terms: readonly Term[]): Term[] => [...terms].reverse()

export interface Boilerplate {
  /** @returns the features without what their source writes under every text */
  strip(features: Features): Features
  /** Remembers what a source wrote. @param features as they came */
  learn(features: Features): void
  readonly saved: Savable
}

export const createBoilerplate = (journal: Journal): Boilerplate => {
  const latest = new Map<SourceId | '', readonly Text[]>()
  return {
    saved: savedRows(
      () => latest,
      ([source, texts]) => latest.set(source, texts),
    ),
    strip(features) {
      const { title, summary, source } = features
      const others = latest.get(source)
      if (!others || source === '') return features
      const titles = others.map(each => each.title)
      const summaries = others.map(each => each.summary)
      const end = title.length - endOf(title, titles)
      const last = summary.length - endOf(summary, summaries)
      const first = endOf(reversed(summary), summaries.map(reversed))
      if (end === title.length && last === summary.length && first === 0) return features
      return { ...features, title: title.slice(0, end), summary: summary.slice(Math.min(first, last), last) }
    },
    learn({ source, title, summary }) {
      if (source === '') return
      setNoted(journal, latest, source, [...(latest.get(source) ?? []).slice(1 - LATEST), { title, summary }])
    },
  }
}
