/** Decides which article leads a story. */

import type { Article } from '../../domain/article.ts'

/**
 * Scores an article within its story: first by the weight of its source, then by how complete it is (summary, image,
 * author). Among equals the one published first leads. A reprint never leads.
 * @param weight weight of its source, 0 to 10
 * @returns the highest score leads; -1 for a reprint
 */
export const leadScore = (
  article: Pick<Article, 'summary' | 'image' | 'author'>,
  weight: number,
  isReprint: boolean,
): number => {
  if (isReprint) return -1
  const completeness = Number(article.summary !== '') + Number(article.image !== null) + Number(article.author !== null)
  return Math.round(weight * 100) * 10 + completeness
}
