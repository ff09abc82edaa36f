/** Converts articles and stories to rows of a saved index, and back: arrays, since field names would be most of it. */

import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { Decision, Merge } from '../../domain/story-decision.ts'
import type { Kept, Story } from './story.ts'

export type KeptRow = readonly [
  id: ArticleId,
  slot: number,
  source: SourceId | '',
  language: string,
  publishedAt: number | null,
  loggedAt: number,
  kind: Decision['kind'],
  other: ArticleId | null,
  merges: readonly Merge[],
  arrivedAt: StoryId | null,
  counts: boolean,
  block: number,
]

export type StoryRow = readonly [
  id: StoryId,
  slot: number,
  language: string,
  originals: number,
  squared: number,
  words: number,
  from: number,
  to: number,
  lastAt: number,
  at: number,
  capacity: number,
  size: number,
  /** Slots of its articles, in the order in which they joined. */
  members: readonly number[],
]

const NO_MERGES: readonly Merge[] = []

export const toKeptRow = (kept: Kept): KeptRow => [
  ...([kept.id, kept.slot, kept.source, kept.language, kept.publishedAt, kept.loggedAt, kept.kind] as const),
  ...([kept.other, kept.merges, kept.arrivedAt, kept.counts, kept.block] as const),
]

/**
 * @param source the source in the row, as the one string that all its articles share
 * @returns the article without its story, which `fromStoryRow` sets
 */
export const fromKeptRow = (row: KeptRow, source: SourceId | ''): Kept => {
  const [id, slot, , language, publishedAt, loggedAt, kind, other, merges, arrivedAt, counts, block] = row
  return {
    ...{ id, slot, source, language, publishedAt, loggedAt, kind, other },
    ...{ merges: merges.length > 0 ? merges : NO_MERGES, arrivedAt, counts, story: null, block },
  }
}

export const toStoryRow = (story: Story): StoryRow => [
  ...([story.id, story.slot, story.language, story.originals, story.squared, story.words] as const),
  ...([story.from, story.to, story.lastAt, story.at, story.capacity, story.size] as const),
  story.members.map(({ slot }) => slot),
]

/** Restores a story, and sets it on its articles. @param articleAt finds a restored article by its slot */
export const fromStoryRow = (row: StoryRow, articleAt: (slot: number) => Kept | undefined): Story => {
  const [id, slot, language, originals, squared, words, from, to, lastAt, at, capacity, size, slots] = row
  const members = slots.map(articleAt).filter(kept => kept !== undefined)
  const story = { id, slot, language, originals, squared, words, from, to, lastAt, at, capacity, size, members }
  for (const kept of members) kept.story = story
  return story
}
