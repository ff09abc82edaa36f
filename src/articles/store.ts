/**
 * The archive: articles and stories in Redis. Ingest writes them and ranking reads them; nothing else touches these
 * keys. It takes no decisions: duplicates, stories and sections are decided before.
 */

import type { Article, ArticleId, StoryId } from '../domain/article.ts'
import type { Counts } from '../domain/counts.ts'
import type { FeedItem } from '../domain/feed-item.ts'
import type { SectionId } from '../domain/section.ts'
import type { SourceId } from '../domain/source.ts'
import type { Decision } from '../domain/story-decision.ts'

export interface StoredArticle extends Article {
  readonly story: StoryId
  /** The article this one reprints, or null. Reprints are not listed. */
  readonly reprintOf: ArticleId | null
  /** ms since the epoch of the last change of its text. */
  readonly updatedAt: number
  readonly counts: Counts
  /** Id of the crawl that brought it; missing on articles stored by an older version. */
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
  /** The article that represents it in lists. */
  readonly lead: ArticleId
  /** All its articles including reprints, oldest first; blocked articles come last. */
  readonly articles: readonly ArticleId[]
  /** The articles among them that editors blocked; they are never sent to readers. */
  readonly blocked?: readonly ArticleId[]
  /** Distinct sources that report it. */
  readonly sources: readonly SourceId[]
  /** Other publishers that report it, each with its best article, best first; at most eight. */
  readonly alsoIn: readonly AlsoIn[]
  /** Sections of its articles. */
  readonly sections: readonly SectionId[]
  /** ms since the epoch: publication of its lead. */
  readonly publishedAt: number
  /** ms since the epoch: publication of the first article that it ever had. */
  readonly begunAt: number
  /** ms since the epoch: when it was last news (src/articles/rules/lead.ts); its place in latest. */
  readonly newsAt: number
  readonly firstSeenAt: number
  readonly lastSeenAt: number
}

/** Changes made by one ingested batch, for publishing. */
export interface Ingested {
  readonly articles: readonly ArticleId[]
  /** Articles that a merge or a split moved into another story. */
  readonly moved: readonly ArticleId[]
  /** Ids that lead to another article from now on. */
  readonly aliases: readonly ArticleId[]
  readonly stories: readonly StoryId[]
  /** Sections whose lists may have changed. */
  readonly sections: readonly SectionId[]
  /** Articles whose text changed; lists that show them are republished. */
  readonly edited: readonly ArticleId[]
  readonly added: number
  /** Ids of added articles. */
  readonly addedIds: readonly ArticleId[]
  readonly updated: number
  /** Items whose article was already stored, by URL or by title; at most its sources and sections were extended. */
  readonly merged: number
  /** Items stored already, with the same text. */
  readonly unchanged: number
}

/** What the page of an article adds to it; a field is null or missing where it adds nothing. */
export interface Completion extends Pick<FeedItem, 'image' | 'images' | 'author' | 'authors'> {
  readonly access: 'free' | 'paid' | null
  /** When its page says that it was published, ISO 8601; null where its feed has a date. */
  readonly published: string | null
  /** An address that leads to the article from now on, if it leads to no other. */
  readonly canonical: string | null
  /** Its text as packContent returns it. */
  readonly content: Buffer | null
}

/** Which story an article is in. */
export interface ArticleInStory {
  readonly id: ArticleId
  readonly story: StoryId
}

export interface ArticleStore {
  /**
   * Writes a batch of decided articles. Idempotent.
   * @param crawl id of the crawl that brought them
   */
  ingest(
    batch: readonly {
      readonly article: Article
      readonly decision: Decision
      /** Its text as packContent returns it; null if it has none, undefined to leave what is stored. */
      readonly content?: Buffer | null | undefined
    }[],
    now: number,
    crawl?: string,
  ): Promise<Ingested>
  /**
   * Adds what its page says to an article, where the feed says nothing. Idempotent.
   * @param source whose item it is; the article of another source stays as it is
   * @returns null if that changed nothing, or only its text; else what lists may have to show
   */
  complete(id: ArticleId, source: SourceId, completion: Completion, now: number): Promise<Ingested | null>
  /** In the order of `ids`; null for an unknown one. Follows aliases. */
  articles(ids: readonly ArticleId[]): Promise<readonly (StoredArticle | null)[]>
  stories(ids: readonly StoryId[]): Promise<readonly (StoredStory | null)[]>
  /** As `articles`, where only the story of each is needed. */
  storiesOf(ids: readonly ArticleId[]): Promise<readonly (ArticleInStory | null)[]>
  /** Ids of the stories that were news last, newest first, overall or in one section. */
  newestStories(limit: number, section?: SectionId): Promise<readonly StoryId[]>
  /**
   * Ids of stories of several sources that were news after `since` (ms since the epoch): of each breadth
   * (src/articles/breadths.ts) the newest `limit`. In no order.
   */
  broadStories(since: number, limit: number, section?: SectionId): Promise<readonly StoryId[]>
  /** ms since the epoch: articles published before this may have been evicted for lack of memory; 0 if none was. */
  horizon(): Promise<number>
  /** Follows aliases of merged URLs; null for an unknown id. */
  resolve(ids: readonly ArticleId[]): Promise<readonly (ArticleId | null)[]>
  /** The stories that these were merged into, or themselves; null for an unknown one. */
  resolveStories(ids: readonly StoryId[]): Promise<readonly (StoryId | null)[]>
  /**
   * Finds articles stored under a URL without doubtful parameters (ids from `bareId`); null for an id without one. Such
   * an article may have been stored before its parameters were known to be significant.
   */
  resolveBare(ids: readonly ArticleId[]): Promise<readonly (ArticleId | null)[]>
  /** Moves all articles of one story into another, as decided by clustering or an editor. Idempotent. */
  merge(from: StoryId, into: StoryId, now: number): Promise<Ingested>
  /** Moves articles from a story into a new one. Idempotent. */
  split(from: StoryId, to: StoryId, articles: readonly ArticleId[], now: number): Promise<Ingested>
  /**
   * Files an article under a section that overrides its evidence, also after later edits; null revokes the override.
   * @param by the editor's name
   * @returns null if there is no such article
   */
  setSection(
    id: ArticleId,
    section: SectionId | null,
    by: string,
    now: number,
  ): Promise<{ readonly before: SectionId; readonly after: SectionId; readonly ingested: Ingested } | null>
}
