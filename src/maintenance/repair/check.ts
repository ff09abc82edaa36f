/** Defines a check of the data: it lists candidates, finds those that are wrong, and fixes one at a time. Works while daemons run. */

import type { Redis } from 'ioredis'
import type { StoryWriter } from '../../articles/story-writer.ts'
import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { SourceJobs } from '../../queues/source-jobs.ts'
import type { Keys } from '../../redis/keys.ts'

export interface RepairParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly writer: StoryWriter
  /** Of a source, for who leads a story. */
  readonly weightOf: (id: SourceId) => number
  /** Whether there is such a source. */
  readonly isSource: (id: string) => boolean
  /** Drops all that is known of a source. */
  readonly forget: (id: SourceId) => Promise<void>
  readonly jobs: SourceJobs
  /** ms: how long articles are kept. */
  readonly retention: number
  /** Most stories in an index. */
  readonly poolSize: number
  /** ms since the epoch. */
  readonly now: () => number
}

/** @typeParam Suspect one thing that may be wrong */
export interface Check<Suspect> {
  /** A name for scripts. */
  readonly id: string
  /** For people, of several: "articles that ...". */
  readonly what: string
  /** All that is looked at, in pages. */
  pages(parts: RepairParts): AsyncGenerator<readonly Suspect[]>
  /** Those that are wrong as things stand now. What takes several steps elsewhere looks wrong in between, so it is asked twice. */
  wrong(parts: RepairParts, page: readonly Suspect[]): Promise<readonly Suspect[]>
  show(suspect: Suspect): string
  /** Harmless where it is right again by now, and where it is done twice. */
  mend(parts: RepairParts, suspect: Suspect): Promise<unknown>
  /** Why nothing of this is to be mended, though it looks wrong; null where it is. */
  doubt?(wrong: number, looked: number): string | null
}

/** @returns those of some articles whose hash is not there */
export const findGone = async (
  { redis, keys }: Pick<RepairParts, 'redis' | 'keys'>,
  ids: readonly string[],
): Promise<Set<string>> => {
  const distinct = [...new Set(ids)]
  const there = await Promise.all(distinct.map(id => redis.exists(keys.article(id))))
  return new Set(distinct.filter((_, at) => there[at] === 0))
}

/** What stands after a part of a key. */
export const stripKey = (key: string, before: string, after = ''): string =>
  key.slice(before.length, key.length - after.length)

// Brands: names of keys that newsdesk itself has written.
export const asArticle = (id: string): ArticleId => id as ArticleId
export const asStory = (id: string): StoryId => id as StoryId
