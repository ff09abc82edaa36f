/** How much of each section its largest story takes: a story that grows by its topic shows here first. */

import type { StoryId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import type { Store } from '../redis/store.ts'

/** The largest of a section's latest stories. */
export interface StoryShare {
  readonly section: SectionId
  readonly story: StoryId
  readonly articles: number
  /** Articles of the latest stories of the section. */
  readonly of: number
  /** 0 to 1; `limit` is `stories.maxShare`. */
  readonly share: number
  readonly limit: number
}

/** Latest stories of a section that are looked at. */
const STORIES = 200
/** With fewer articles, any story of a few is a large share. */
const MIN_ARTICLES = 50

const measure = async ({ redis, keys }: Store, section: SectionId, limit: number): Promise<StoryShare | null> => {
  const stories = (await redis.zrange(keys.storyIndex(section), 0, String(STORIES - 1), 'REV')) as StoryId[] // as written
  const counts = await Promise.all(stories.map(story => redis.hlen(keys.storyMembers(story))))
  const of = counts.reduce((sum, count) => sum + count, 0)
  const articles = Math.max(0, ...counts)
  const story = stories[counts.indexOf(articles)]
  return of < MIN_ARTICLES || story === undefined ? null : { section, story, articles, of, share: articles / of, limit }
}

/**
 * Measures every section and keeps the result for metrics, status and commands.
 * @param limit the share from which a story is too large, 0 to 1
 */
export const measureStoryShares = async (
  store: Store,
  sections: readonly SectionId[],
  limit: number,
): Promise<StoryShare[]> => {
  const { redis, keys } = store
  const shares: StoryShare[] = []
  // One section after the other: this is not urgent.
  for (const section of sections) {
    const share = await measure(store, section, limit)
    if (share) shares.push(share)
  }
  const fields = shares.flatMap(share => [share.section, JSON.stringify(share)])
  const replace = redis.multi().del(keys.storyShares())
  if (fields.length > 0) replace.hset(keys.storyShares(), ...fields)
  await replace.exec()
  return shares
}

/** @returns the shares as last measured, the largest first */
export const readStoryShares = async ({ redis, keys }: Store): Promise<StoryShare[]> =>
  Object.values(await redis.hgetall(keys.storyShares()))
    .map(json => JSON.parse(json) as StoryShare) // written by measureStoryShares
    .sort((a, b) => b.share - a.share)

/** Says which stories take more of their section than they may. */
export const findLargeStories = (shares: readonly StoryShare[]): string[] =>
  shares
    .filter(({ share, limit }) => share > limit)
    .map(
      ({ section, story, articles, of }) =>
        `story ${story} has ${articles} of the latest ${of} articles of ${section}, more than stories.maxShare: \`newsdesk stories audit\``,
    )
