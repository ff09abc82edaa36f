/**
 * Writes stories: their members, their lead and the indexes that list them. A merge or a split updates the articles,
 * both stories and the indexes in steps; each step is idempotent, so that after a crash the whole is simply run again.
 */

import type { ArticleId, StoryId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import { listBreadths } from './breadths.ts'
import type { Moves, Placed } from './story-changes.ts'
import { createStoryMembers, type Member, type StoryMembers, type StoryMembersParts } from './story-members.ts'

export interface StoryWriter {
  /** If the story was merged into another, joins that one: `story` of the result. */
  join(story: StoryId, member: Member, now: number): Promise<Placed>
  merge(from: StoryId, into: StoryId, now: number): Promise<Moves>
  split(from: StoryId, to: StoryId, articles: readonly ArticleId[], now: number): Promise<Moves>
  /** Removes evicted articles from their story. */
  evict(story: StoryId, articles: readonly ArticleId[], now: number): Promise<Placed>
  /** Marks exactly these articles of the story as blocked. */
  withhold(story: StoryId, articles: readonly ArticleId[], now: number): Promise<Placed>
  /** Writes the story into the hashes of its articles. */
  setStory(articles: readonly ArticleId[], story: StoryId): Promise<void>
  index(placed: readonly Placed[]): Promise<void>
}

export interface StoryWriterParts extends StoryMembersParts {
  /** lists.poolSize: stories kept in each index. */
  readonly poolSize: () => number
}

type IndexKey = readonly [section: SectionId | undefined, breadth: number]

const listIndexes = (sections: readonly SectionId[], sources: number): IndexKey[] =>
  [undefined, ...sections].flatMap(section => listBreadths(sources).map((breadth): IndexKey => [section, breadth]))

/** Puts stories into the indexes of their sections and breadths, and takes them out of those they left. */
const indexStories = async ({ redis, keys, poolSize }: StoryWriterParts, placed: readonly Placed[]): Promise<void> => {
  const members = new Map<string, string[]>()
  const gone: Promise<unknown>[] = []
  for (const { story, newsAt, sections, before, breadth, breadthBefore } of placed) {
    const stands = new Set(
      newsAt === null ? [] : listIndexes(sections, breadth).map(index => keys.storyIndex(...index)),
    )
    for (const key of stands) members.set(key, [...(members.get(key) ?? []), String(newsAt), story])
    for (const index of listIndexes(before, breadthBefore)) {
      const key = keys.storyIndex(...index)
      if (!stands.has(key)) gone.push(redis.zrem(key, story))
    }
  }
  await Promise.all([
    ...gone,
    ...[...members].flatMap(([key, scored]) => [
      redis.zadd(key, ...scored),
      redis.zremrangebyrank(key, 0, -poolSize() - 1),
    ]),
  ])
}

const merge = async (stories: StoryMembers, from: StoryId, into: StoryId, now: number): Promise<Moves> => {
  const placed: Placed[] = []
  const moved = new Set<ArticleId>()
  for (;;) {
    const members = await stories.read(from)
    placed.push(...(await stories.moveTo(into, members, now)))
    for (const { id } of members) moved.add(id)
    if (moved.size === 0) {
      // An earlier try moved them all and died before it could say which: any member may be one of them.
      const standing = await stories.change(into, {}, now)
      placed.push(standing)
      for (const { id } of await stories.read(standing.story)) moved.add(id)
    }
    const closed = await stories.close(
      from,
      into,
      members.map(({ id }) => id),
    )
    if (closed) return { placed: [closed, ...placed], moved: [...moved] }
  }
}

const split = async (
  stories: StoryMembers,
  { from, to, articles }: { from: StoryId; to: StoryId; articles: readonly ArticleId[] },
  now: number,
): Promise<Moves> => {
  // Those an earlier try moved are moved again, so that what it did not get to is done for them too.
  const members = [...(await stories.read(from)), ...(await stories.read(to))]
  const taken = new Map(members.filter(({ id }) => articles.includes(id)).map(each => [each.id, each]))
  const placed = await stories.moveTo(to, [...taken.values()], now)
  return { placed: [...placed, await stories.change(from, { removed: articles }, now)], moved: [...taken.keys()] }
}

export const createStoryWriter = (parts: StoryWriterParts): StoryWriter => {
  const stories = createStoryMembers(parts)
  return {
    join: (story, added, now) => stories.change(story, { added }, now),
    evict: (story, removed, now) => stories.change(story, { removed }, now),
    withhold: (story, blocked, now) => stories.change(story, { blocked }, now),
    setStory: stories.setStory,
    merge: (from, into, now) => merge(stories, from, into, now),
    split: (from, to, articles, now) => split(stories, { from, to, articles }, now),
    index: placed => indexStories(parts, placed),
  }
}
