/** Reads why a story has its lead and its time. */

import type { StoryId } from '../domain/article.ts'
import type { Store } from '../redis/store.ts'
import { explainLead, type LeadReason } from './rules/lead.ts'
import type { Member } from './story-members.ts'

/** @returns null where there is no such story, or an older version wrote it and it has not changed since */
export const readLeadReason = async ({ redis, keys }: Store, story: StoryId): Promise<LeadReason | null> => {
  const [begunAt, members] = await Promise.all([
    redis.hget(keys.story(story), 'begunAt'),
    redis.hvals(keys.storyMembers(story)),
  ])
  return begunAt === null
    ? null
    : explainLead(
        members.map(json => JSON.parse(json) as Member),
        begunAt,
      ) // written by join-story.lua
}
