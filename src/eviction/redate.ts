/**
 * Sets articles dated in the future to now. They had no date of their own and were ingested while the clock of Redis
 * was ahead; until then they would rank above everything newer. Running it twice changes nothing more.
 */

import type { StoryWriter } from '../articles/story-writer.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import type { Changes } from '../lists/changes.ts'
import type { Store } from '../redis/store.ts'
import { CLOCK_SLACK } from '../util/plausible-time.ts'

/** Maximum number of articles in one run; the next run handles more. */
const MAX_REDATED = 10_000

export interface RedateParts extends Store {
  readonly writer: Pick<StoryWriter, 'evict' | 'index'>
  readonly changes: Pick<Changes, 'note'>
  /** ms since the epoch. */
  readonly now: () => number
}

/** @returns the number of articles that were set to now */
export const redate = async ({ redis, keys, writer, changes, now }: RedateParts): Promise<number> => {
  const at = now()
  const ids = (await redis.zrangebyscore(
    ...([keys.articleIndex(), at + CLOCK_SLACK, '+inf', 'LIMIT', 0, MAX_REDATED] as const),
  )) as ArticleId[] // put there by ingest
  const stories = new Set<StoryId>()
  for (const id of ids) {
    const story = (await redis.hget(keys.article(id), 'story')) as StoryId | null // written by ingest
    // The article does not exist any more; the evictor removes it from the index.
    if (story === null) continue
    const dated = new Date(at).toISOString()
    await Promise.all([
      redis.hset(keys.article(id), { publishedAt: dated, firstSeenAt: dated }),
      redis.zadd(keys.articleIndex(), 'XX', String(at), id),
    ])
    const member = await redis.hget(keys.storyMembers(story), id)
    if (member !== null)
      await redis.hset(keys.storyMembers(story), id, JSON.stringify({ ...JSON.parse(member), at: dated }))
    stories.add(story)
  }
  // Dates decide which article leads a story, and the place of the story in the index.
  for (const story of stories) await writer.index([await writer.evict(story, [], at)])
  await changes.note({ articles: ids, stories: [...stories] })
  return ids.length
}
