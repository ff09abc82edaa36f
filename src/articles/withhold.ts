/**
 * What editors keep off everything is kept off the hashes that services read as well: of the article they see nothing that could be shown,
 * and its story neither leads with it nor names it. Follows what is in force however often it is asked to, and whoever died half-way.
 */

import type { Redis } from 'ioredis'
import type { ArticleId, StoryId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { ArticleStore } from './store.ts'
import type { StoryWriter } from './story-writer.ts'

const withholdScript = loadScript(new URL('./withhold.lua', import.meta.url))

/** What came to be withheld, or was given back. */
export interface Followed {
  readonly articles: readonly ArticleId[]
  readonly stories: readonly StoryId[]
}

export interface Withholding {
  /**
   * @param blocked ids of articles and stories that are kept off everything, as of now
   * @param only of articles that have just come: others are left as they are, and none is given back
   */
  follow(blocked: readonly string[], now: number, only?: readonly ArticleId[]): Promise<Followed>
}

export interface WithholdingParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly archive: Pick<ArticleStore, 'resolve' | 'standing' | 'stories'>
  readonly writer: Pick<StoryWriter, 'withhold' | 'index'>
}

const NOTHING: Followed = { articles: [], stories: [] }

interface Standing {
  readonly id: ArticleId
  readonly story: StoryId | null
  readonly isWithheld: boolean
  /** Whether its story says so; null where it is no member of it. */
  readonly isTold: boolean | null
}

export const createWithholding = ({ redis, keys, archive, writer }: WithholdingParts): Withholding => {
  /** Articles by their ids of now, and those of stories. */
  const articlesOf = async (blocked: readonly string[]): Promise<Set<ArticleId>> => {
    if (blocked.length === 0) return new Set()
    const [articles, stories] = await Promise.all([
      archive.resolve(blocked as ArticleId[]), // looked up
      archive.standing(blocked as StoryId[]), // looked up
    ])
    const told = await archive.stories(stories.filter(id => id !== null))
    return new Set([...articles.filter(id => id !== null), ...told.flatMap(story => story?.articles ?? [])])
  }

  const standing = async (ids: readonly ArticleId[]): Promise<Standing[]> => {
    const found = await Promise.all(ids.map(id => redis.hmget(keys.article(id), 'story', 'withheld')))
    const told = await Promise.all(
      found.map(([story]) => (story ? redis.hmget(keys.story(story), 'articles', 'blocked') : [])),
    )
    const strings = (json: string | null | undefined) => JSON.parse(json ?? '[]') as string[] // written by join.lua
    return ids.map((id, index) => ({
      id,
      story: (found[index]?.[0] as StoryId | null | undefined) ?? null, // written by ingest
      isWithheld: Boolean(found[index]?.[1]),
      // The oldest of very many leave their story: there is nothing to be told of them.
      isTold: strings(told[index]?.[1]).includes(id) ? true : strings(told[index]?.[0]).includes(id) ? false : null,
    }))
  }

  return {
    async follow(blocked, now, only) {
      if (only && blocked.length === 0) return NOTHING
      const [wanted, before] = await Promise.all([
        articlesOf(blocked),
        only ? [] : (redis.smembers(keys.withheld()) as Promise<ArticleId[]>), // added below
      ])
      const all = [...new Set([...wanted, ...before])].filter(id => !only || only.includes(id))
      if (all.length === 0) return NOTHING
      const found = await standing(all)
      const changed = found.filter(({ id, isWithheld, isTold }) => {
        const hides = wanted.has(id)
        return isWithheld !== hides || (isTold !== null && isTold !== hides)
      })
      const hidden = changed.filter(({ id, story }) => story !== null && wanted.has(id)).map(({ id }) => id)
      // First, so that whoever dies half-way leaves nothing that would never be given back.
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
        changed.map(({ id }) => runScript(redis, withholdScript, [keys.article(id)], [wanted.has(id) ? 1 : 0])),
      )
      const back = before.filter(id => !wanted.has(id))
      if (back.length > 0) await redis.srem(keys.withheld(), ...back)
      return { articles: changed.flatMap(({ id, story }) => (story === null ? [] : id)), stories }
    },
  }
}
