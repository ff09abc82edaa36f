/** Which article a story is shown by. (pure) */

import type { Article } from '../../domain/article.ts'

/**
 * Standing of an article within its story: the weight of its source counts first, then how complete it is (summary, image,
 * author). Among equals the one published first leads. A reprint never leads.
 * @param weight of its source, 0 to 10
 * @returns higher leads; -1 for a reprint
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
