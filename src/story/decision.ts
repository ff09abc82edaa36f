/** What is decided of an article when it arrives: once, in the order of arrival, the same for every replica. */

import type { Article, ArticleId, StoryId } from '../article/article.ts'

export type Decision =
  /** Not seen before: it joins a story or opens one. */
  | { readonly kind: 'new'; readonly story: StoryId }
  /** It is that article: the same canonical URL, or the same title from the same source within 7 days. */
  | { readonly kind: 'same'; readonly as: ArticleId; readonly story: StoryId }
  /** A reprint of that article on another publisher: hidden behind it, in the same story. */
  | { readonly kind: 'reprint'; readonly of: ArticleId; readonly story: StoryId }

export interface Stories {
  /**
   * Decides each article, in order; also for articles decided before, with the same answer (idempotent).
   * @returns one decision an article, in the same order
   */
  decide(articles: readonly Article[]): Promise<readonly Decision[]>
  /** Articles like this one that are not of its story, most alike first; empty where the article has left the window. */
  similar(id: ArticleId, limit: number): Promise<readonly { readonly id: ArticleId; readonly similarity: number }[]>
}
