/**
 * The archive: articles and stories as kept in Redis. Ingest writes here, ranking reads here; nothing else touches these keys.
 * Never decides anything: what is a duplicate, which story and which section is decided before.
 */

import type { Article, ArticleId, StoryId } from '../domain/article.ts'
import type { Counts } from '../domain/counts.ts'
import type { SectionId } from '../domain/section.ts'
import type { SourceId } from '../domain/source.ts'
import type { Decision } from '../domain/story-decision.ts'

export interface StoredArticle extends Article {
  readonly story: StoryId
  /** The article this one reprints, or null. A reprint is never listed. */
  readonly reprintOf: ArticleId | null
  /** ms since the epoch of the last change of its text. */
  readonly updatedAt: number
  readonly counts: Counts
  /** The crawl that brought it; missing of one that came by an older version. */
  readonly crawl?: string
}

/** Another publisher's article on the same event. */
export interface AlsoIn {
  readonly source: SourceId
  readonly article: ArticleId
  readonly url: string
}

export interface StoredStory {
  readonly id: StoryId
  /** The article it is shown by. */
  readonly lead: ArticleId
  /** All its articles, reprints among them, oldest first; those that are kept off everything come last. */
  readonly articles: readonly ArticleId[]
  /** Of them, those that an editor keeps off everything: readers are not told of them. */
  readonly blocked?: readonly ArticleId[]
  /** Distinct sources that tell it. */
  readonly sources: readonly SourceId[]
  /** Other publishers that tell it, each by its best article, best first; at most a few. */
  readonly alsoIn: readonly AlsoIn[]
  /** Sections of its articles. */
  readonly sections: readonly SectionId[]
  /** ms since the epoch: publication of its first article; its place in latest. */
  readonly publishedAt: number
  readonly firstSeenAt: number
  readonly lastSeenAt: number
}

/** What one ingested batch changed, for publishing. */
export interface Ingested {
  readonly articles: readonly ArticleId[]
  readonly stories: readonly StoryId[]
  /** Sections whose lists may have changed. */
  readonly sections: readonly SectionId[]
  /** Those whose text changed: lists that show them are to be written anew. */
  readonly edited: readonly ArticleId[]
  readonly added: number
  /** Those it added. */
  readonly came: readonly ArticleId[]
  readonly updated: number
  /** Another's article, by URL or by title: only source and sections were added, where they were new. */
  readonly merged: number
  /** There already, word for word. */
  readonly unchanged: number
}

export interface ArticleStore {
  /**
   * Writes a decided batch. Running it again changes nothing (idempotent).
   * @param crawl that brought it
   */
  ingest(
    batch: readonly { readonly article: Article; readonly decision: Decision }[],
    now: number,
    crawl?: string,
  ): Promise<Ingested>
  /** In the order asked; null where there is none. Follows aliases. */
  articles(ids: readonly ArticleId[]): Promise<readonly (StoredArticle | null)[]>
  stories(ids: readonly StoryId[]): Promise<readonly (StoredStory | null)[]>
  /** Stories by publication, newest first, overall or of one section. */
  newestStories(limit: number, section?: SectionId): Promise<readonly StoryId[]>
  /** ms since the epoch: what was published before it and is not held was let go of, to keep within the memory there is; 0 where nothing was. */
  horizon(): Promise<number>
  /** Resolves ids of merged URLs to the article they became; null where unknown. */
  resolve(ids: readonly ArticleId[]): Promise<readonly (ArticleId | null)[]>
  /** The stories these are part of now; null where there is none. */
  standing(ids: readonly StoryId[]): Promise<readonly (StoryId | null)[]>
  /**
   * Ids of URLs without their doubtful parameters (`bareId`) -> the article that is known by such a URL and by no fuller one; null where there
   * is none. It may be one that was stored before its parameters were known to mean something.
   */
  resolveBare(ids: readonly ArticleId[]): Promise<readonly (ArticleId | null)[]>
  /** Puts all articles of one story into another, as decided by the story room or an editor. Running it again changes nothing. */
  merge(from: StoryId, into: StoryId, now: number): Promise<Ingested>
  /** Takes articles out of a story into one of their own. Running it again changes nothing. */
  split(from: StoryId, to: StoryId, articles: readonly ArticleId[], now: number): Promise<Ingested>
  /**
   * Puts an article under the section an editor chose, whatever its evidence says, also after edits; null takes the editor's word back.
   * @param by the editor
   * @returns null where there is no such article
   */
  file(
    id: ArticleId,
    section: SectionId | null,
    by: string,
    now: number,
  ): Promise<{ readonly before: SectionId; readonly after: SectionId; readonly ingested: Ingested } | null>
}
