/**
 * Finds what webhooks are to be told, by what others note anyway: the stream of list updates, the stream of titles, the
 * index of broad stories, and the states of sources. A tick of the scheduler calls it; nothing else does more for it,
 * and without webhooks it does nothing. Messages are enqueued before it is noted that they were, under ids that are the
 * same the next time, so that after a crash they are told again rather than lost.
 */

import { BREADTHS } from '../articles/breadths.ts'
import type { ArticleStore, StoredArticle } from '../articles/store.ts'
import { parseTitled, type Titled } from '../articles/titles.ts'
import type { Webhook, Webhooks } from '../config/sections/webhooks.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import { findMoves } from '../lists/rules/moves.ts'
import type { Store } from '../redis/store.ts'
import { chunk } from '../util/slices.ts'
import { createListMatch } from './rules/matching.ts'
import { type Addressed, type Message, messageId, type ToldArticle } from './rules/messages.ts'

/** A source as a webhook is told of it. */
export interface WatchedSource {
  readonly name: string
  readonly state: string
  /** Failed fetches in a row. */
  readonly failures: number
  /** Why it failed last; empty if it did not. */
  readonly reason: string
}

export interface WatchParts extends Store {
  readonly webhooks: () => Webhooks
  readonly archive: Pick<ArticleStore, 'articles' | 'stories'>
  readonly readSources: () => Promise<ReadonlyMap<string, WatchedSource>>
  readonly publisherOf: (source: string) => string
  readonly enqueue: (messages: readonly Addressed[]) => Promise<void>
  /** ms since the epoch. */
  readonly now: () => number
}

export interface WebhookWatch {
  run(): Promise<void>
}

type Named = readonly [name: string, webhook: Webhook]

/** Entries of a stream read at once, and how often in one run. */
const PAGE = 1_000
const MAX_PAGES = 20
/** Articles, or sources, in one message. */
const IN_ONE = 50
/** Failed fetches in a row from which a source counts as failing: one failure is over at the next fetch. */
const FAILURES = 3
/** Stories looked at for each webhook that is told of them. */
const MAX_STORIES = 500
/** ms between two looks at all sources. */
const SOURCES_EVERY = 10_000
const DAY = 86_400_000

const iso = (ms: number): string => new Date(ms).toISOString()

const toTold = ({ id, title, url, sources, section, story, publishedAt }: StoredArticle): ToldArticle => ({
  ...{ id, title, url, source: sources[0] ?? '', section, story },
  publishedAt: iso(publishedAt),
})

const createArticleReader =
  ({ redis, keys, archive }: Pick<WatchParts, 'redis' | 'keys' | 'archive'>) =>
  /** Articles that readers may see; null for any other. */
  async (ids: readonly ArticleId[]): Promise<(StoredArticle | null)[]> => {
    if (ids.length === 0) return []
    const [articles, withheld] = await Promise.all([archive.articles(ids), redis.smembers(keys.withheld())])
    const hidden = new Set(withheld)
    return articles.map(article => (article && !hidden.has(article.id) ? article : null))
  }

interface StreamEntry {
  readonly id: string
  readonly fields: readonly string[]
}

/**
 * Reads what came into a stream since it was last read; a stream that was never read is read from now on. A page counts
 * as read once the next one is asked for.
 */
const createCursor = ({ redis, keys }: Store, name: 'updates' | 'titles', stream: string) => ({
  async *pages(): AsyncGenerator<readonly [StreamEntry, ...StreamEntry[]]> {
    const read = await redis.hget(keys.webhookCursors(), name)
    if (read === null) {
      const [newest] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1)
      await redis.hset(keys.webhookCursors(), name, newest?.[0] ?? '0-0')
      return
    }
    let last: string = read
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const entries = await redis.xrange(stream, `(${last}`, '+', 'COUNT', PAGE)
      const [first, ...others] = entries.map(([id, fields]): StreamEntry => ({ id, fields }))
      if (!first) return
      yield [first, ...others]
      last = (others.at(-1) ?? first).id
      await redis.hset(keys.webhookCursors(), name, last)
      if (others.length + 1 < PAGE) return
    }
  },
})

/** Notes which lists changed, for each webhook that is told of them. */
const createListWatch = ({ redis, keys, enqueue, now }: WatchParts) => {
  const cursor = createCursor({ redis, keys }, 'updates', keys.updates())

  /** @returns null if the list has the same articles as when it was told last */
  const build = async (name: string, list: string, told: readonly ArticleId[]) => {
    const [entries, version] = await Promise.all([
      redis.lrange(keys.list(list), 0, -1),
      redis.hget(keys.listMeta(list), 'version'),
    ])
    const read = entries.map(entry => JSON.parse(entry) as { id: ArticleId; title: string; url: string }) // by publish
    const ids = read.map(({ id }) => id)
    const moves = findMoves(told, ids)
    if (moves === null) return { ids, message: null }
    const entered = moves.entered.map(({ id, rank }) => {
      const { title = '', url = '' } = read[rank - 1] ?? {}
      return { rank, id, title, url }
    })
    const data = { list, version: Number(version ?? 0), entered, left: [...moves.left] }
    const message: Message = { type: 'list.changed', at: now(), data }
    return { ids, message: { id: messageId(name, 'list.changed', list, data.version), webhook: name, message } }
  }

  const tellOf = async (name: string, list: string, told: readonly ArticleId[]): Promise<void> => {
    const { ids, message } = await build(name, list, told)
    if (message !== null) {
      await enqueue([message])
      await redis.hset(keys.webhookTold(name), list, `${now()} ${ids.join(' ')}`)
    }
    // A change since it was read is still to come from the stream, and notes the list anew.
    await redis.srem(keys.webhookWaiting(name), list)
  }

  const tellWaiting = async ([name, { every }]: Named): Promise<void> => {
    const waiting = await redis.smembers(keys.webhookWaiting(name))
    const told = waiting.length > 0 ? await redis.hmget(keys.webhookTold(name), ...waiting) : []
    for (const [index, list] of waiting.entries()) {
      const [at = '0', ...ids] = told[index]?.split(' ') ?? []
      if (Math.abs(now() - Number(at)) >= every) await tellOf(name, list, ids.filter(id => id !== '') as ArticleId[])
    }
  }

  return async (hooks: readonly Named[]): Promise<void> => {
    const interested = hooks.filter(([, { lists }]) => lists.length > 0)
    if (interested.length === 0) return
    for await (const entries of cursor.pages()) {
      const changed = [...new Set(entries.flatMap(({ fields: [, list] }) => list ?? []))]
      for (const [name, { lists }] of interested) {
        const matches = changed.filter(createListMatch(lists))
        if (matches.length > 0) await redis.sadd(keys.webhookWaiting(name), ...matches)
      }
    }
    for (const hook of interested) await tellWaiting(hook)
  }
}

const KINDS = [
  ['published', 'article.published', ({ isNew }: Titled) => isNew],
  ['changed', 'article.changed', ({ isNew }: Titled) => !isNew],
] as const

const createArticleWatch = (parts: WatchParts) => {
  const { redis, keys, enqueue, now } = parts
  const cursor = createCursor({ redis, keys }, 'titles', keys.articleTitles())
  const readArticles = createArticleReader(parts)

  const tell = async (interested: readonly Named[], entries: readonly [StreamEntry, ...StreamEntry[]]) => {
    const titled = entries.flatMap(({ fields }) => parseTitled(fields) ?? [])
    const found = await readArticles(titled.map(({ id }) => id))
    const messages = KINDS.flatMap(([kind, type, isKind]) => {
      const told = titled.flatMap((each, index) => {
        const article = found[index]
        return article && isKind(each) ? toTold(article) : []
      })
      return interested
        .filter(([, { articles }]) => articles.includes(kind))
        .flatMap(([webhook]) =>
          chunk(told, IN_ONE).map((articles, part): Addressed => {
            const message: Message = { type, at: now(), data: { articles } }
            return { id: messageId(webhook, type, entries[0].id, part), webhook, message }
          }),
        )
    })
    await enqueue(messages)
  }

  return async (hooks: readonly Named[]): Promise<void> => {
    const interested = hooks.filter(([, { articles }]) => articles.length > 0)
    if (interested.length === 0) return
    for await (const entries of cursor.pages()) await tell(interested, entries)
  }
}

const createStoryWatch = (parts: WatchParts) => {
  const { redis, keys, archive, publisherOf, enqueue, now } = parts
  const readArticles = createArticleReader(parts)

  const tell = async (webhook: string, { publishers: least, within }: NonNullable<Webhook['stories']>) => {
    // A publisher may have several sources, never fewer than one.
    const breadth = BREADTHS.findLast(sources => sources <= least) ?? 1
    const index = keys.storyIndex(undefined, breadth)
    const ids = (await redis.zrevrangebyscore(index, '+inf', now() - within, 'LIMIT', 0, MAX_STORIES)) as StoryId[]
    if (ids.length === 0) return
    const marks = await redis.zmscore(keys.webhookStories(webhook), ...ids)
    const stories = (await archive.stories(ids.filter((_, at) => marks[at] === null))).flatMap(story => {
      if (!story || now() - story.begunAt > within) return []
      const publishers = new Set(story.sources.map(publisherOf)).size
      return publishers >= least ? { story, publishers } : []
    })
    const leads = await readArticles(stories.map(({ story }) => story.lead))
    for (const [at, { story, publishers }] of stories.entries()) {
      const lead = leads[at]
      if (!lead) continue
      const data = { story: story.id, publishers, begunAt: iso(story.begunAt), lead: toTold(lead) }
      const message: Message = { type: 'story.grew', at: now(), data }
      await enqueue([{ id: messageId(webhook, 'story.grew', story.id), webhook, message }])
      await redis.zadd(keys.webhookStories(webhook), now(), story.id)
    }
    await redis.zremrangebyscore(keys.webhookStories(webhook), 0, now() - within - DAY)
  }

  return async (hooks: readonly Named[]): Promise<void> => {
    for (const [webhook, { stories }] of hooks) if (stories) await tell(webhook, stories)
  }
}

const createSourceWatch = ({ redis, keys, readSources, enqueue, now }: WatchParts) => {
  let lookedAt = Number.NEGATIVE_INFINITY
  return async (hooks: readonly Named[]): Promise<void> => {
    const interested = hooks.filter(([, { sources }]) => sources.length > 0)
    const at = now()
    if (interested.length === 0 || Math.abs(at - lookedAt) < SOURCES_EVERY) return
    const [sources, before] = await Promise.all([readSources(), redis.hgetall(keys.webhookSources())])
    const changed = [...sources].flatMap(([id, { name, state, failures, reason }]) => {
      const was = before[id]
      if (was === state || (state === 'failing' && failures < FAILURES)) return []
      return { id, name, was: was ?? 'new', is: state, reason, isFirst: was === undefined }
    })
    const told = changed.filter(({ isFirst }) => !isFirst)
    for (const [webhook, { sources: states }] of interested) {
      const concern = (state: string) => (states as readonly string[]).includes(state)
      const mine = told.flatMap(({ isFirst: _, ...each }) => (concern(each.is) || concern(each.was) ? each : []))
      await enqueue(
        chunk(mine, IN_ONE).map((some): Addressed => {
          const message: Message = { type: 'source.changed', at, data: { sources: [...some] } }
          const about = some.map(({ id, was, is }) => `${id} ${was} ${is}`)
          return { id: messageId(webhook, 'source.changed', at, ...about), webhook, message }
        }),
      )
    }
    const gone = Object.keys(before).filter(id => !sources.has(id))
    if (changed.length > 0) await redis.hset(keys.webhookSources(), Object.fromEntries(changed.map(e => [e.id, e.is])))
    if (gone.length > 0) await redis.hdel(keys.webhookSources(), ...gone)
    lookedAt = at
  }
}

export const createWebhookWatch = (parts: WatchParts): WebhookWatch => {
  const { redis, keys, webhooks } = parts
  const watches = [createListWatch, createArticleWatch, createStoryWatch, createSourceWatch].map(each => each(parts))

  /** Forgets what removed webhooks were told. */
  const forgetRemoved = async (names: readonly string[]): Promise<void> => {
    const known = await redis.smembers(keys.webhookNames())
    for (const name of known.filter(each => !names.includes(each))) {
      await redis.del(keys.webhookTold(name), keys.webhookWaiting(name), keys.webhookStories(name))
      await redis.srem(keys.webhookNames(), name)
    }
    const added = names.filter(name => !known.includes(name))
    if (added.length > 0) await redis.sadd(keys.webhookNames(), ...added)
  }

  return {
    async run() {
      const hooks = Object.entries(webhooks())
      await forgetRemoved(hooks.map(([name]) => name))
      for (const watch of watches) await watch(hooks)
    },
  }
}
