/** An article and a story in memory: a story has its articles, and the sum of their vectors. */

import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { Decision, Merge } from '../../domain/story-decision.ts'
import type { Compared } from './relatedness.ts'
import type { Sum } from './vectors.ts'

/** An article of the window. Its numbers lie in a block (src/stories/rules/kept.ts). */
export interface Kept {
  readonly id: ArticleId
  /** A number of its own among those kept. */
  readonly slot: number
  readonly source: SourceId | ''
  readonly language: string
  readonly publishedAt: number | null
  /** ms since the epoch: when it was logged. */
  readonly loggedAt: number
  readonly kind: Decision['kind']
  /** The article that it is the same as, or a reprint of. */
  readonly other: ArticleId | null
  merges: readonly Merge[]
  readonly arrivedAt: StoryId | null
  /** Whether its words count for its story. */
  readonly counts: boolean
  /** Null for one that is the same as another. */
  story: Story | null
  readonly block: number
}

export interface Story extends Compared, Sum {
  readonly id: StoryId
  /** A number of its own among those of the window. */
  readonly slot: number
  readonly language: string
  originals: number
  squared: number
  words: number
  from: number
  to: number
  /** ms since the epoch: when its last article was logged. */
  lastAt: number
  members: Kept[]
}

/** A story's id is derived from the article that opened it. */
export const formatStoryId = (id: ArticleId): StoryId => `s${id}` as StoryId

/** The id of a story that is split off: a new one, since that derived from its article may have been merged away. */
export const formatSplitId = (first: ArticleId, at: number): StoryId =>
  `${formatStoryId(first)}.${at.toString(36)}` as StoryId

export const newStory = (id: StoryId, slot: number, language: string): Story => ({
  id,
  slot,
  language,
  originals: 0,
  squared: 0,
  words: 0,
  from: Number.POSITIVE_INFINITY,
  to: Number.NEGATIVE_INFINITY,
  lastAt: Number.NEGATIVE_INFINITY,
  members: [],
  at: 0,
  capacity: 0,
  size: 0,
})

/** ms since the epoch: its publication, or its arrival if that was earlier. */
export const timeOf = ({ publishedAt }: Pick<Kept, 'publishedAt'>, arrival: number): number =>
  publishedAt === null ? arrival : Math.min(publishedAt, arrival)

/** Extends a story's times by those of an article. */
export const include = (story: Story, kept: Kept): void => {
  const at = timeOf(kept, kept.loggedAt)
  story.from = Math.min(story.from, at)
  story.to = Math.max(story.to, at)
  story.lastAt = Math.max(story.lastAt, kept.loggedAt)
}

/** Computes a story's times anew, after an article that may have been its first or its last has left it. */
export const span = (story: Story, left: Kept): void => {
  const at = timeOf(left, left.loggedAt)
  if (at > story.from && at < story.to && left.loggedAt < story.lastAt) return
  story.from = Number.POSITIVE_INFINITY
  story.to = Number.NEGATIVE_INFINITY
  story.lastAt = Number.NEGATIVE_INFINITY
  for (const each of story.members) include(story, each)
}
