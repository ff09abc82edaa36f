/**
 * Defines a check of the data: it lists candidates, finds those that are wrong, and fixes one at a time. Safe to run
 * while daemons run.
 */

import type { StoryWriter } from '../../articles/story-writer.ts'
import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { Changes } from '../../lists/changes.ts'
import type { SourceJobs } from '../../queues/source-jobs.ts'
import type { Store } from '../../redis/store.ts'

export interface RepairParts extends Store {
  readonly writer: StoryWriter
  /** Every process drops from its caches what is noted here. */
  readonly changes: Pick<Changes, 'note'>
  /** Weight of a source, used to choose a story's lead. */
  readonly weightOf: (id: SourceId) => number
  /** Whether the source is configured. */
  readonly isSource: (id: string) => boolean
  /** Deletes everything stored about a source. */
  readonly forget: (id: SourceId) => Promise<void>
  readonly jobs: SourceJobs
  /** How long articles are kept, ms. */
  readonly retention: number
  /** Most stories in an index. */
  readonly poolSize: number
  /** ms since the epoch. */
  readonly now: () => number
}

/** @typeParam Suspect one thing that may be wrong */
export interface Check<Suspect> {
  /** Identifier for scripts. */
  readonly id: string
  /** For people, in the plural: "articles that ...". */
  readonly what: string
  /** All candidates, in pages. */
  pages(parts: RepairParts): AsyncGenerator<readonly Suspect[]>
  /**
   * Candidates that are wrong at this moment. A write of several steps looks wrong in between, so this is called twice.
   */
  wrong(parts: RepairParts, page: readonly Suspect[]): Promise<readonly Suspect[]>
  show(suspect: Suspect): string
  /** Fixes one. Must be harmless if it is right again by now, and if run twice. */
  mend(parts: RepairParts, suspect: Suspect): Promise<unknown>
  /** Why nothing should be fixed although much looks wrong; null if there is no doubt. */
  doubt?(wrong: number, looked: number): string | null
}

/** @returns ids of the articles whose hash does not exist */
export const findGone = async (
  { redis, keys }: Pick<RepairParts, 'redis' | 'keys'>,
  ids: readonly string[],
): Promise<Set<string>> => {
  const distinct = [...new Set(ids)]
  const there = await Promise.all(distinct.map(id => redis.exists(keys.article(id))))
  return new Set(distinct.filter((_, at) => there[at] === 0))
}

/** @returns the rows whose article hash no longer exists */
export const filterGone = async <Row extends { readonly article: string }>(
  parts: Pick<RepairParts, 'redis' | 'keys'>,
  rows: readonly Row[],
): Promise<Row[]> => {
  const gone = await findGone(
    parts,
    rows.map(({ article }) => article),
  )
  return rows.filter(({ article }) => gone.has(article))
}

/** The part of a key between two strings. */
export const stripKey = (key: string, before: string, after = ''): string =>
  key.slice(before.length, key.length - after.length)

// Brands ids from names of keys that newsdesk itself has written.
export const asArticle = (id: string): ArticleId => id as ArticleId
export const asStory = (id: string): StoryId => id as StoryId
