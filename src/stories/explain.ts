/** Decisions on stories in words that an editor can check. (pure) */

import type { StoredArticle } from '../articles/store.ts'
import type { Explanation } from '../domain/story-decision.ts'
import { termsOf } from './rules/features.ts'

const MOST_WORDS = 12

/** Words both have: the evidence an editor can read. */
export const sharedWords = (one: StoredArticle, other: StoredArticle): string[] => {
  const words = ({ title, summary, language }: StoredArticle) =>
    new Set(termsOf(`${title} ${summary}`, language.slice(0, 2)))
  const theirs = words(other)
  return [...words(one)].filter(word => theirs.has(word)).slice(0, MOST_WORDS)
}

export const tellDecision = ({ decision, arrived }: Explanation): string => {
  if (decision.kind === 'same')
    return `the same article as ${decision.as}: its URL, or its source's title, was there before`
  if (decision.kind === 'reprint') return `a reprint of ${decision.of}: the same copy on another publisher`
  if (!arrived) return 'opened a story: none shared enough words with it'
  const weighed = `${arrived.story}: evidence ${arrived.score.toFixed(1)}, needed ${arrived.needed.toFixed(1)}`
  return arrived.score >= arrived.needed
    ? `on arrival joined ${weighed}`
    : `on arrival opened a story; nearest was ${weighed}`
}
