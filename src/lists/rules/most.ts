/** Most read, commented and shared: by what was counted in a window. */

import type { Window } from '../../domain/entry.ts'
import { byScore, type Candidate, computeAge, type Ranked, showAge } from './candidate.ts'

/** What was counted of a story in a window. */
export interface Counted {
  readonly candidate: Candidate
  /** Events of all its articles; in the window `now` what they are still worth. */
  readonly count: number
  /** How many of its articles were counted. */
  readonly articles: number
  /** Events of the article that shows it. */
  readonly own: number
  /** Distinct visitors of its articles, as far as it is known. */
  readonly visitors: number
}

export interface MostRule {
  readonly now: number
  readonly window: Window
  readonly size: number
  /** Fewer distinct visitors make no entry. */
  readonly minVisitors: number
  /** ms: a list of the week is of the week's articles, however much an older one is read. */
  readonly maxAge: number
}

/** Most first. What was counted of all articles of a story counts for the story, which is shown by its lead. */
export const rankMost = (counted: readonly Counted[], { now, window, size, minVisitors, maxAge }: MostRule): Ranked[] =>
  counted
    .map(each => ({ ...each, score: each.count }))
    .filter(
      ({ candidate, score, visitors }) => score > 0 && visitors >= minVisitors && computeAge(candidate, now) <= maxAge,
    )
    .sort(byScore)
    .slice(0, size)
    .map(({ candidate, score, visitors, articles, own }) => ({
      candidate,
      score,
      placedBy: 'rule',
      // In the window `now`, what events are worth changes with every moment.
      ...(window === 'now' ? {} : { counted: { window, story: score, article: own } }),
      terms: () => [
        { name: 'counted', value: score, of: `in the window, of ${articles} of the story's articles` },
        { name: 'visitors', value: visitors, of: `or more; ${minVisitors} are needed` },
        {
          name: 'age',
          value: computeAge(candidate, now),
          of: `${showAge(computeAge(candidate, now))} of ${showAge(maxAge)}`,
        },
      ],
    }))
