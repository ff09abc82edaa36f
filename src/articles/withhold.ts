/**
 * Applies blocks to the hashes that services read: a blocked article's hash holds nothing that could be shown, and its
 * story neither leads with it nor lists it. Idempotent, so that it can be repeated after a crash.
 */

import type { ArticleId, StoryId } from '../domain/article.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import type { ArticleStore } from './store.ts'
import type { StoryWriter } from './story-writer.ts'
import { listTextKeys } from './text-keys.ts'

const withholdScript = loadScript(new URL('./withhold.lua', import.meta.url))

/** The articles and stories that changed. */
export interface WithholdChanges {
  readonly articles: readonly ArticleId[]
  readonly stories: readonly StoryId[]
}

export interface Withholding {
  /**
   * Withholds blocked articles and restores those that are no longer blocked.
   * @param blocked ids of articles and stories that are blocked now
   */
  apply(blocked: readonly string[], now: number, scope?: WithholdScope): Promise<WithholdChanges>
}

/** By default all blocked articles are considered, and all that are withheld. */
export interface WithholdScope {
  /** Consider only these new articles, and restore none. */
  readonly only?: readonly ArticleId[]
  /** Restore these as well, which an earlier call withheld. */
  readonly withheld?: readonly ArticleId[]
}

export interface WithholdingParts extends Store {
  readonly archive: Pick<ArticleStore, 'resolve' | 'resolveStories' | 'stories'>
  readonly writer: Pick<StoryWriter, 'withhold' | 'index'>
}

const NOTHING: WithholdChanges = { articles: [], stories: [] }

interface Standing {
  readonly id: ArticleId
  readonly story: StoryId | null
  readonly isWithheld: boolean
  /** Whether its story marks it as blocked; null if it is not among the story's members. */
  readonly isMarked: boolean | null
}

export const createWithholding = ({ redis, keys, archive, writer }: WithholdingParts): Withholding => {
  /** Resolves blocked ids to articles, including all articles of blocked stories. */
  const findArticles = async (blocked: readonly string[]): Promise<Set<ArticleId>> => {
    if (blocked.length === 0) return new Set()
    const [articles, stories] = await Promise.all([
      archive.resolve(blocked as ArticleId[]), // looked up
      archive.resolveStories(blocked as StoryId[]), // looked up
    ])
    const members = await archive.stories(stories.filter(id => id !== null))
    return new Set([...articles.filter(id => id !== null), ...members.flatMap(story => story?.articles ?? [])])
  }

  const readStanding = async (ids: readonly ArticleId[]): Promise<Standing[]> => {
    const found = await Promise.all(ids.map(id => redis.hmget(keys.article(id), 'story', 'withheld')))
    const members = await Promise.all(
      found.map(([story]) => (story ? redis.hmget(keys.story(story), 'articles', 'blocked') : [])),
    )
    const strings = (json: string | null | undefined) => JSON.parse(json ?? '[]') as string[] // written by join-story.lua
    return ids.map((id, index) => ({
      id,
      story: (found[index]?.[0] as StoryId | null | undefined) ?? null, // written by ingest
      isWithheld: Boolean(found[index]?.[1]),
      // Very large stories drop their oldest members; there is nothing to mark for those.
      isMarked: strings(members[index]?.[1]).includes(id)
        ? true
        : strings(members[index]?.[0]).includes(id)
          ? false
          : null,
    }))
  }

  return {
    async apply(blocked, now, { only, withheld = [] } = {}) {
      if (only && blocked.length + withheld.length === 0) return NOTHING
      const [wanted, listed] = await Promise.all([
        findArticles(blocked),
        only ? [] : (redis.smembers(keys.withheld()) as Promise<ArticleId[]>), // added below
      ])
      const before = [...listed, ...withheld]
      const all = [...new Set([...wanted, ...before])].filter(id => !only || only.includes(id))
      if (all.length === 0) return NOTHING
      const found = await readStanding(all)
      const changed = found.filter(({ id, isWithheld, isMarked }) => {
        const hides = wanted.has(id)
        return isWithheld !== hides || (isMarked !== null && isMarked !== hides)
      })
      const hidden = changed.filter(({ id, story }) => story !== null && wanted.has(id)).map(({ id }) => id)
      // Recorded first, so that after a crash half-way everything withheld can still be restored.
      if (hidden.length > 0) await redis.sadd(keys.withheld(), ...hidden)
      const stories = [...new Set(changed.flatMap(({ story }) => story ?? []))]
      const members = await archive.stories(stories)
      const placed = await Promise.all(
        stories.map((story, index) =>
          writer.withhold(story, members[index]?.articles.filter(id => wanted.has(id)) ?? [], now),
        ),
      )
      await writer.index(placed)
      await Promise.all(
        changed.map(({ id }) => runScript(redis, withholdScript, listTextKeys(keys, id), [wanted.has(id) ? 1 : 0])),
      )
      const restored = before.filter(id => !wanted.has(id))
      if (restored.length > 0) await redis.srem(keys.withheld(), ...restored)
      return { articles: changed.flatMap(({ id, story }) => (story === null ? [] : id)), stories }
    },
  }
}
