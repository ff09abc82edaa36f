/** What is decided about an article when it arrives: once, in the order of arrival, identically on every replica. */

import type { Article, ArticleId, StoryId } from './article.ts'

/** A story that turned out to cover the same event as another: its articles belong to `into` from now on. */
export interface Merge {
  readonly from: StoryId
  readonly into: StoryId
}

export type Decision =
  /** Not seen before: it joins a story or starts one. */
  | { readonly kind: 'new'; readonly story: StoryId; readonly merges: readonly Merge[] }
  /** A duplicate of that article: the same canonical URL, or the same title from the same source within 7 days. */
  | { readonly kind: 'same'; readonly as: ArticleId; readonly story: StoryId; readonly merges: readonly Merge[] }
  /** A reprint of that article by another publisher: hidden behind it, in the same story. */
  | { readonly kind: 'reprint'; readonly of: ArticleId; readonly story: StoryId; readonly merges: readonly Merge[] }

/** A decision of an editor, logged like any other; nothing automatic reverts it. */
export type Pin =
  | { readonly kind: 'merge'; readonly from: StoryId; readonly into: StoryId }
  /** These articles leave their story and form a new one; the two are never merged automatically. */
  | { readonly kind: 'split'; readonly articles: readonly ArticleId[]; readonly from: StoryId; readonly to: StoryId }

/** A story that an article was compared with. */
export interface Weighed {
  readonly story: StoryId
  /** How closely the article is related to it; it joins the best story whose score reaches what is needed of it. */
  readonly score: number
  readonly needed: number
  /** Its articles other than reprints, at most a few. */
  readonly articles: readonly ArticleId[]
}

/** Why an article is in its story. */
export interface Explanation {
  readonly decision: Decision
  /** On arrival: the best story it was compared with, its score, and the score needed; null if there was none. */
  readonly arrived: { readonly story: StoryId | null; readonly score: number; readonly needed: number } | null
  /** The current state: its own story first, then the nearest others. */
  readonly now: readonly Weighed[]
}

/** A story, cut in two where it holds together least. */
export interface AuditedStory {
  readonly story: StoryId
  /** Number of its articles, reprints included. */
  readonly articles: number
  /** 0 to 1: mean similarity of two of its articles. */
  readonly coherence: number
  /** ms since the epoch: its first and its last article. */
  readonly from: number
  readonly to: number
  /** How closely the halves are related, and what two stories need to become one. */
  readonly score: number
  readonly needed: number
  /** The articles of the larger and the smaller half, without reprints; never none. */
  readonly main: readonly ArticleId[]
  readonly split: readonly ArticleId[]
}

/** An article by its words. */
export interface Described {
  readonly id: ArticleId
  /** Primary subtag, or empty. */
  readonly language: string
  /** As `tellingWords` gives them, with stems. */
  readonly words: readonly string[]
}

export interface Alike {
  /** Articles of other stories, most similar first; empty if the article is no longer in the window. */
  readonly similar: readonly { readonly id: ArticleId; readonly similarity: number }[]
  /** nats: how much each of the article's words says, by how rare it is in the window now; in the order of the words. */
  readonly rarity: readonly number[]
}

export interface Stories {
  /**
   * Decides each article, in order. Idempotent: an article decided before gets the same answer, except that stories may
   * have been merged since.
   * @returns one decision per article, in the same order
   */
  decide(articles: readonly Article[]): Promise<readonly Decision[]>
  /** Similar articles from other stories, most similar first; empty if the article is no longer in the window. */
  similar(id: ArticleId, limit: number): Promise<readonly { readonly id: ArticleId; readonly similarity: number }[]>
  /**
   * `similar` for many articles at once, and what their words say: the log is read once.
   * @returns in the order of the articles
   */
  similarToEach(articles: readonly Described[], limit: number): Promise<readonly Alike[]>
  /** Why an article is in its story; null if it is no longer in the window. */
  explain(id: ArticleId): Promise<Explanation | null>
  /** The stories of four articles and more that are most likely wrong, the most doubtful first. */
  audit(limit: number): Promise<readonly AuditedStory[]>
  /** The pin as logged; null if a story it names is no longer in the window or was merged away. */
  merge(from: StoryId, into: StoryId): Promise<Pin | null>
  split(articles: readonly ArticleId[]): Promise<Pin | null>
}
