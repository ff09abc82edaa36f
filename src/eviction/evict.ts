/**
 * How articles leave the archive so that no list ever shows one that is gone: first they are marked, taken out of their stories and of every
 * list; those who ranked before that cannot write over it. A minute later, when whatever was under way has ended, what is kept of them is
 * deleted. Ids of those between stand in Redis: whoever dies half-way, the next goes on. What their sources are remembered by stays, so
 * that a feed that still carries them brings nothing back. (docs/decisions/0026)
 */

import type { Redis } from 'ioredis'
import type { StoryWriter } from '../articles/story-writer.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import { articleId } from '../domain/canonical-url.ts'
import type { Changes } from '../lists/changes.ts'
import { removeFromList } from '../lists/remove-articles.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { CLOCK_SLACK } from '../util/plausible-time.ts'
import { chunk } from '../util/slices.ts'

const markScript = loadScript(new URL('./mark.lua', import.meta.url))

/** ms between the mark and the end: longer than ranking and writing of lists ever takes. */
export const GRACE = 60_000
/** Articles in one slice: some hundred short commands, between which others have their turn. */
const SLICE = 40

export interface EvictionParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly writer: Pick<StoryWriter, 'evict' | 'index'>
  readonly changes: Pick<Changes, 'note'>
  /** Every list but those related to one article. */
  readonly names: () => readonly string[]
  /** ms since the epoch. */
  readonly now: () => number
}

export interface Eviction {
  /** Takes articles out of stories and lists. */
  begin(articles: readonly ArticleId[]): Promise<void>
  /** Deletes what is kept of those that began to leave a minute ago. @returns how many */
  finish(): Promise<number>
}

interface Marked {
  readonly id: ArticleId
  readonly story: StoryId
  readonly url: string
}

export const createEviction = ({ redis, keys, writer, changes, names, now }: EvictionParts): Eviction => {
  const mark = async (articles: readonly ArticleId[]): Promise<Marked[]> => {
    const marked = (await Promise.all(articles.map(id => runScript(redis, markScript, [keys.article(id)], [])))) as [
      StoryId?,
      string?,
    ][] // as mark.lua returns
    return marked.flatMap(([story, url], index) => {
      const id = articles[index]
      return id && story !== undefined && url !== undefined ? [{ id, story, url }] : []
    })
  }

  const leaveStories = async (marked: readonly Marked[]): Promise<StoryId[]> => {
    const byStory = new Map<StoryId, ArticleId[]>()
    for (const { id, story } of marked) if (story !== '') byStory.set(story, [...(byStory.get(story) ?? []), id])
    const placed = await Promise.all([...byStory].map(([story, members]) => writer.evict(story, members, now())))
    await writer.index(placed)
    return [...new Set([...byStory.keys(), ...placed.map(({ story }) => story)])]
  }

  /** Related lists that show any of these, each with those it shows; not their own, which go with them. */
  const showing = async (articles: readonly ArticleId[]): Promise<Map<ArticleId, ArticleId[]>> => {
    const leaving = new Set<string>(articles)
    const lists = await Promise.all(articles.map(id => redis.zrange(keys.relatedBackLinks(id), 0, '-1')))
    const shown = new Map<ArticleId, ArticleId[]>()
    for (const [index, owners] of lists.entries())
      for (const owner of owners as ArticleId[]) {
        // noted by src/lists/related-back-links.ts
        const article = articles[index]
        if (article && !leaving.has(owner)) shown.set(owner, [...(shown.get(owner) ?? []), article])
      }
    return shown
  }

  const lastChange = async (): Promise<string> =>
    (await redis.xrevrange(keys.changes(), '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0'

  const strikeRelated = async (articles: readonly ArticleId[], asOf: string): Promise<void> => {
    for (const some of chunk([...(await showing(articles))], SLICE))
      await Promise.all(
        some.map(([owner, shown]) =>
          removeFromList(redis, keys, `related:${owner}`, { articles: shown, asOf, at: now() }),
        ),
      )
  }

  /** Every list hears of it, also those that show none of them: one that is being ranked may. */
  const strikeLists = async (articles: readonly ArticleId[], asOf: string): Promise<void> => {
    for (const some of chunk(names(), SLICE))
      await Promise.all(some.map(name => removeFromList(redis, keys, name, { articles, asOf, at: now() })))
  }

  const takeOut = async (articles: readonly ArticleId[]): Promise<Marked[]> => {
    const all: Marked[] = []
    for (const some of chunk(articles, SLICE)) {
      const marked = await mark(some)
      const stories = await leaveStories(marked)
      await changes.note({ articles: some, stories })
      await strikeRelated(some, await lastChange())
      all.push(...marked)
    }
    if (articles.length > 0) await strikeLists(articles, await lastChange())
    return all
  }

  const ownKeys = (id: ArticleId): string[] => [
    keys.article(id),
    keys.list(`related:${id}`),
    keys.listMeta(`related:${id}`),
    keys.relatedBackLinks(id),
    keys.viewedBy(id),
    keys.coViewed(id),
  ]

  /** Another id that its URL has, where it leads here: of an article whose URL changed. */
  const dropAlias = async ({ id, url }: Marked): Promise<void> => {
    const other = articleId(url)
    if (other !== id && (await redis.get(keys.alias(other))) === id) await redis.del(keys.alias(other))
  }

  return {
    async begin(articles) {
      for (const some of chunk(articles, SLICE))
        await redis.zadd(keys.pendingDeletion(), 'NX', ...some.flatMap(id => [now(), id]))
      await takeOut(articles)
    },

    async finish() {
      const [gone, impossible] = await Promise.all([
        redis.zrangebyscore(keys.pendingDeletion(), '-inf', now() - GRACE),
        // Those that began to leave while the clock was ahead.
        redis.zrangebyscore(keys.pendingDeletion(), now() + CLOCK_SLACK, '+inf'),
      ])
      const due = [...gone, ...impossible] as ArticleId[] // put there by begin
      // Again, for whoever died half-way, and for lists that were written meanwhile.
      const marked = new Map((await takeOut(due)).map(each => [each.id, each]))
      for (const some of chunk(due, SLICE)) {
        await Promise.all([
          ...some.flatMap(id => ownKeys(id).map(key => redis.unlink(key))),
          ...some.flatMap(id => marked.get(id) ?? []).map(dropAlias),
          redis.zrem(keys.articleIndex(), ...some),
        ])
        await redis.zrem(keys.pendingDeletion(), ...some)
      }
      return due.length
    },
  }
}
