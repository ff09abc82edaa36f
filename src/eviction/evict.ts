/**
 * Evicts articles in two steps, so that no list ever shows one that was deleted. First it marks them and removes them
 * from their stories and from every list; a ranking made earlier cannot overwrite that. A minute later, when all work
 * in progress has ended, it deletes them. The ids pending deletion are in Redis, so that another process continues if
 * this one dies. The seen items of their sources stay, so that a feed that still carries evicted articles does not
 * bring them back. (docs/decisions/0026)
 */

import type { StoryWriter } from '../articles/story-writer.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import { articleId } from '../domain/canonical-url.ts'
import type { Changes } from '../lists/changes.ts'
import { removeFromList } from '../lists/remove-articles.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import { CLOCK_SLACK } from '../util/plausible-time.ts'
import { chunk } from '../util/slices.ts'
import { listOwnKeys } from './own-keys.ts'

const markScript = loadScript(new URL('./mark.lua', import.meta.url))

/** ms between marking and deleting: longer than ranking and writing a list ever takes. */
export const GRACE = 60_000
/** Articles in one slice: a hundred or so short commands, so that other clients are served in between. */
const SLICE = 40

export interface EvictionParts extends Store {
  readonly writer: Pick<StoryWriter, 'evict' | 'index'>
  readonly changes: Pick<Changes, 'note'>
  /** Every list but those related to one article. */
  readonly names: () => readonly string[]
  /** Lists that are configured no longer and were not deleted yet. */
  readonly retiring: () => Promise<readonly string[]>
  /** ms since the epoch. */
  readonly now: () => number
}

export interface Eviction {
  /** Removes articles from stories and lists; they are pending deletion from then on. */
  begin(articles: readonly ArticleId[]): Promise<void>
  /** Deletes the articles that became pending over a minute ago. @returns how many */
  finish(): Promise<number>
}

interface Marked {
  readonly id: ArticleId
  readonly story: StoryId
  readonly url: string
}

const mark = async ({ redis, keys }: EvictionParts, articles: readonly ArticleId[]): Promise<Marked[]> => {
  const marked = (await Promise.all(articles.map(id => runScript(redis, markScript, [keys.article(id)], [])))) as [
    StoryId?,
    string?,
  ][] // as mark.lua returns
  return marked.flatMap(([story, url], index) => {
    const id = articles[index]
    return id && story !== undefined && url !== undefined ? [{ id, story, url }] : []
  })
}

/** Removes articles from their stories. @returns the stories that changed */
const leaveStories = async ({ writer, now }: EvictionParts, marked: readonly Marked[]): Promise<StoryId[]> => {
  const byStory = new Map<StoryId, ArticleId[]>()
  for (const { id, story } of marked) if (story !== '') byStory.set(story, [...(byStory.get(story) ?? []), id])
  const placed = await Promise.all([...byStory].map(([story, members]) => writer.evict(story, members, now())))
  await writer.index(placed)
  return [...new Set([...byStory.keys(), ...placed.map(({ story }) => story)])]
}

/**
 * Finds the related lists that show any of these articles, each with those it shows. The articles' own related lists
 * are left out, since they are deleted with them.
 */
const findRelatedShowing = async (
  { redis, keys }: EvictionParts,
  articles: readonly ArticleId[],
): Promise<Map<string, ArticleId[]>> => {
  const lists = await Promise.all(articles.map(id => redis.zrange(keys.relatedBackLinks(id), 0, '-1')))
  const shown = new Map<string, ArticleId[]>()
  for (const [index, article] of articles.entries())
    for (const owner of lists[index] ?? []) {
      const list = `related:${owner}`
      if (!articles.includes(owner as ArticleId)) shown.set(list, [...(shown.get(list) ?? []), article])
    }
  return shown
}

/** Removes articles from lists. Lists that are ranked with them at this moment do not overwrite that. */
const removeFromLists = async (
  { redis, keys, now }: EvictionParts,
  lists: Iterable<readonly [name: string, articles: readonly ArticleId[]]>,
): Promise<void> => {
  const asOf = (await redis.xrevrange(keys.changes(), '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0'
  for (const some of chunk([...lists], SLICE))
    await Promise.all(some.map(([name, articles]) => removeFromList(redis, keys, name, { articles, asOf, at: now() })))
}

/** Removes articles from their stories and from all lists. */
const takeOut = async (parts: EvictionParts, articles: readonly ArticleId[]): Promise<Marked[]> => {
  const all: Marked[] = []
  for (const some of chunk(articles, SLICE)) {
    const marked = await mark(parts, some)
    const stories = await leaveStories(parts, marked)
    await parts.changes.note({ articles: some, stories })
    await removeFromLists(parts, await findRelatedShowing(parts, some))
    all.push(...marked)
  }
  // From every list, since one that does not show them now may be ranked with them at this moment.
  if (articles.length > 0)
    await removeFromLists(
      parts,
      [...parts.names(), ...(await parts.retiring())].map(name => [name, articles]),
    )
  return all
}

/** Deletes the alias that an article got when its URL changed. */
const dropAlias = async ({ redis, keys }: EvictionParts, { id, url }: Marked): Promise<void> => {
  const other = articleId(url)
  if (other !== id && (await redis.get(keys.alias(other))) === id) await redis.del(keys.alias(other))
}

export const createEviction = (parts: EvictionParts): Eviction => {
  const { redis, keys, now } = parts
  return {
    async begin(articles) {
      for (const some of chunk(articles, SLICE))
        await redis.zadd(keys.pendingDeletion(), 'NX', ...some.flatMap(id => [now(), id]))
      await takeOut(parts, articles)
    },

    async finish() {
      const [gone, impossible] = await Promise.all([
        redis.zrangebyscore(keys.pendingDeletion(), '-inf', now() - GRACE),
        // Articles that became pending while the clock was ahead.
        redis.zrangebyscore(keys.pendingDeletion(), now() + CLOCK_SLACK, '+inf'),
      ])
      const due = [...gone, ...impossible] as ArticleId[] // put there by begin
      // Once more: the first step may have died half-way, and lists were written meanwhile.
      const marked = new Map((await takeOut(parts, due)).map(each => [each.id, each]))
      for (const some of chunk(due, SLICE)) {
        await Promise.all([
          ...some.flatMap(id => listOwnKeys(keys, id).map(key => redis.unlink(key))),
          ...some.flatMap(id => marked.get(id) ?? []).map(each => dropAlias(parts, each)),
          redis.zrem(keys.articleIndex(), ...some),
        ])
        await redis.zrem(keys.pendingDeletion(), ...some)
      }
      return due.length
    },
  }
}
