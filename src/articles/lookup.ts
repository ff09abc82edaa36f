/** Looks up articles and stories by id. Follows ids that moved: aliases of articles, and stories merged into others. */

import type { ArticleId, StoryId } from '../domain/article.ts'
import { articleId } from '../domain/canonical-url.ts'
import type { Store } from '../redis/store.ts'
import { BREADTHS } from './breadths.ts'
import { parseArticle, parseStory } from './hashes.ts'
import type { ArticleInStory, ArticleStore, StoredArticle } from './store.ts'
import { MAX_MERGE_CHAIN } from './story-members.ts'

export type ArticleLookup = Omit<ArticleStore, 'ingest' | 'complete' | 'merge' | 'split' | 'setSection'>

export const createArticleLookup = ({ redis, keys }: Store): ArticleLookup => {
  const readArticle = async (id: ArticleId): Promise<StoredArticle | null> =>
    parseArticle(await redis.hgetall(keys.article(id)))

  const readStoryOf = async (id: ArticleId): Promise<ArticleInStory | null> => {
    const [story, leaving] = await redis.hmget(keys.article(id), 'story', 'leaving')
    return story && !leaving ? { id, story: story as StoryId } : null // written by ingest
  }

  const findStored = async (ids: readonly ArticleId[]): Promise<ReadonlySet<ArticleId>> => {
    const exists = await Promise.all(ids.map(id => redis.exists(keys.article(id))))
    return new Set(ids.filter((_, index) => exists[index] === 1))
  }

  const resolve = async (ids: readonly ArticleId[]): Promise<(ArticleId | null)[]> => {
    const [stored, aliases] = await Promise.all([
      findStored(ids),
      Promise.all(ids.map(id => redis.get(keys.alias(id)) as Promise<ArticleId | null>)), // written by ingest
    ])
    const targets = ids.map((id, index) => (stored.has(id) ? id : (aliases[index] ?? null)))
    // An alias may outlive its article.
    const followed = await findStored(targets.flatMap(id => (id === null || stored.has(id) ? [] : id)))
    return targets.map(id => (id !== null && (stored.has(id) || followed.has(id)) ? id : null))
  }

  const resolveStory = async (id: StoryId): Promise<StoryId | null> => {
    const [exists, into] = await Promise.all([redis.hexists(keys.story(id), 'id'), redis.hget(keys.story(id), 'into')])
    let now: string | null = exists ? id : into
    // Chains of merges are rare and finite: `into` never points back to a story that was merged into this one.
    for (let move = 0; now !== null && now !== id && move < MAX_MERGE_CHAIN; move += 1) {
      const next: string | null = await redis.hget(keys.story(now), 'into')
      if (next === null) break
      now = next
    }
    return now as StoryId | null // written by close-story.lua
  }

  /** Reads articles, those that are not found under their id by what it became. */
  const follow = async <T>(
    ids: readonly ArticleId[],
    read: (id: ArticleId) => Promise<T | null>,
  ): Promise<(T | null)[]> => {
    const found = await Promise.all(ids.map(read))
    const missing = ids.filter((_, index) => found[index] === null)
    if (missing.length === 0) return found
    const became = await resolve(missing)
    const followed = await Promise.all(became.map(id => (id === null ? null : read(id))))
    const byId = new Map(missing.map((id, index) => [id, followed[index]]))
    return ids.map((id, index) => found[index] ?? byId.get(id) ?? null)
  }

  return {
    resolve,
    resolveStories: ids => Promise.all(ids.map(resolveStory)),

    async resolveBare(ids) {
      const stored = await Promise.all(ids.map(readArticle))
      return stored.map((article, index) => (article && articleId(article.url) === ids[index] ? article.id : null))
    },

    articles: ids => follow(ids, readArticle),
    storiesOf: ids => follow(ids, readStoryOf),

    async stories(ids) {
      return (await Promise.all(ids.map(id => redis.hgetall(keys.story(id))))).map(parseStory)
    },

    async newestStories(limit, section) {
      return (await redis.zrevrange(keys.storyIndex(section), 0, limit - 1)) as StoryId[] // written by story-writer.ts
    },

    async broadStories(since, limit, section) {
      const found = await Promise.all(
        BREADTHS.filter(breadth => breadth > 1).map(breadth =>
          redis.zrevrangebyscore(keys.storyIndex(section, breadth), '+inf', since, 'LIMIT', 0, limit),
        ),
      )
      return [...new Set(found.flat())] as StoryId[] // written by story-writer.ts
    },

    async horizon() {
      return Number((await redis.hget(keys.eviction(), 'horizon')) ?? 0)
    },
  }
}
