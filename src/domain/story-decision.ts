/** What is decided of an article when it arrives: once, in the order of arrival, the same for every replica. */

import type { Article, ArticleId, StoryId } from './article.ts'

/** A story that turned out to tell the same event as another: its articles belong to `into` from now on. */
export interface Merge {
  readonly from: StoryId
  readonly into: StoryId
}

export type Decision =
  /** Not seen before: it joins a story or opens one. */
  | { readonly kind: 'new'; readonly story: StoryId; readonly merges: readonly Merge[] }
  /** It is that article: the same canonical URL, or the same title from the same source within 7 days. */
  | { readonly kind: 'same'; readonly as: ArticleId; readonly story: StoryId; readonly merges: readonly Merge[] }
  /** A reprint of that article on another publisher: hidden behind it, in the same story. */
  | { readonly kind: 'reprint'; readonly of: ArticleId; readonly story: StoryId; readonly merges: readonly Merge[] }

/** What an editor decided, kept in the log like any decision: nothing automatic undoes it. */
export type Pin =
  | { readonly kind: 'merge'; readonly from: StoryId; readonly into: StoryId }
  /** These articles leave their story and make one of their own; the two are never merged by themselves. */
  | { readonly kind: 'split'; readonly articles: readonly ArticleId[]; readonly from: StoryId; readonly to: StoryId }

/** A story that an article was weighed against. */
export interface Weighed {
  readonly story: StoryId
  /** The weight of evidence, in nats; the article joins the best story that reaches what was needed. */
  readonly score: number
  /** Its articles that are no reprints, at most a few. */
  readonly articles: readonly ArticleId[]
}

/** Why an article stands where it stands. */
export interface Explanation {
  readonly decision: Decision
  /**
   * When it arrived: the best story it was weighed against, its score, and what would have been needed; null where
   * there was none.
   */
  readonly arrived: { readonly story: StoryId | null; readonly score: number; readonly needed: number } | null
  /** As things stand now: its own story first, then the nearest others. */
  readonly now: readonly Weighed[]
  readonly needed: number
}

export interface Stories {
  /**
   * Decides each article, in order; also for articles decided before, with the same answer (idempotent), but for
   * stories merged since.
   * @returns one decision an article, in the same order
   */
  decide(articles: readonly Article[]): Promise<readonly Decision[]>
  /**
   * Articles like this one that are not of its story, most alike first; empty where the article has left the window.
   */
  similar(id: ArticleId, limit: number): Promise<readonly { readonly id: ArticleId; readonly similarity: number }[]>
  /** The same for many at once: what was decided meanwhile is read once. */
  similarToEach(
    ids: readonly ArticleId[],
    limit: number,
  ): Promise<readonly (readonly { readonly id: ArticleId; readonly similarity: number }[])[]>
  /** Why an article is in its story; null where it has left the window. */
  explain(id: ArticleId): Promise<Explanation | null>
  /** The pin as logged; null where what it names has left the window or is no story of its own. */
  merge(from: StoryId, into: StoryId): Promise<Pin | null>
  split(articles: readonly ArticleId[]): Promise<Pin | null>
}
