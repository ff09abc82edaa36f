/** Explains story decisions in words that an editor can check. (pure) */

import { withoutMarks } from '../articles/rules/titles/marks.ts'
import type { StoredArticle } from '../articles/store.ts'
import { primaryLanguage } from '../domain/language.ts'
import type { Explanation } from '../domain/story-decision.ts'
import { tellingWords } from '../languages/segment.ts'

const MAX_WORDS = 12

/** Finds words that both articles have. */
export const sharedWords = (one: StoredArticle, other: StoredArticle): string[] => {
  const words = (article: StoredArticle) => {
    const { title, summary, language } = withoutMarks(article)
    return new Set(tellingWords(`${title} ${summary}`, primaryLanguage(language) ?? '', true))
  }
  const theirs = words(other)
  return [...words(one)].filter(word => theirs.has(word)).slice(0, MAX_WORDS)
}

export const describeDecision = ({ decision, arrived }: Explanation): string => {
  if (decision.kind === 'same')
    return `the same article as ${decision.as}: same URL, or same title from the same source`
  if (decision.kind === 'reprint') return `a reprint of ${decision.of}: the same copy on another publisher`
  if (!arrived) return 'opened a story: no other story shared enough words'
  const comparison = `${arrived.story}: related by ${arrived.score.toFixed(2)}, needed ${arrived.needed.toFixed(2)}`
  return arrived.score >= arrived.needed
    ? `on arrival joined ${comparison}`
    : `on arrival opened a story; the nearest was ${comparison}`
}
