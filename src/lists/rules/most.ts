/** Most read, commented and shared: by what was counted in a window. */

import { byScore, type Candidate, computeAge, type Ranked, showAge } from './candidate.ts'

/** What was counted of one article in a window. */
export interface Counted {
  readonly candidate: Candidate
  /** Events in the window; in the window `now` what they are still worth. */
  readonly count: number
  /** Distinct visitors they came from, as far as it is known. */
  readonly visitors: number
}

export interface MostRule {
  readonly now: number
  readonly size: number
  /** Fewer distinct visitors make no entry. */
  readonly minVisitors: number
  /** ms: a list of the week is of the week's articles, however much an older one is read. */
  readonly maxAge: number
}

/** Most first. What was counted of all articles of a story counts for the story, which is shown by its lead. */
export const rankMost = (counted: readonly Counted[], { now, size, minVisitors, maxAge }: MostRule): Ranked[] => {
  const byStory = new Map<string, { candidate: Candidate; score: number; visitors: number; articles: number }>()
  for (const { candidate, count, visitors } of counted) {
    const before = byStory.get(candidate.story.id) ?? { candidate, score: 0, visitors: 0, articles: 0 }
    byStory.set(candidate.story.id, {
      candidate,
      score: before.score + count,
      visitors: before.visitors + visitors,
      articles: before.articles + 1,
    })
  }
  return [...byStory.values()]
    .filter(
      ({ candidate, score, visitors }) => score > 0 && visitors >= minVisitors && computeAge(candidate, now) <= maxAge,
    )
    .sort(byScore)
    .slice(0, size)
    .map(({ candidate, score, visitors, articles }) => ({
      candidate,
      score,
      placedBy: 'rule',
      terms: () => [
        { name: 'counted', value: score, of: `in the window, of ${articles} of the story's articles` },
        { name: 'visitors', value: visitors, of: `${minVisitors} are needed` },
        {
          name: 'age',
          value: computeAge(candidate, now),
          of: `${showAge(computeAge(candidate, now))} of ${showAge(maxAge)}`,
        },
      ],
    }))
}
