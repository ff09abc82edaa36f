/** An archive whose memory is watched: articles of many ages with their lists, a clock that is moved, and how much of its room is taken. */

import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { createStoryWriter } from '../../src/articles/story-writer.ts'
import type { ArticleSettings } from '../../src/config/sections/articles.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import { createEviction } from '../../src/eviction/evict.ts'
import { createEvictor } from '../../src/eviction/evictor.ts'
import { createChanges } from '../../src/lists/changes.ts'
import type { Keys } from '../../src/redis/keys.ts'
import { measureMemory } from '../../src/redis/memory.ts'
import { anArticle, NOON, newIn } from './articles.ts'
import { aListRoom } from './lists.ts'
import { taxonomy } from './taxonomy.ts'

export interface RoomWanted {
  readonly redis: Redis
  readonly keys: Keys
  readonly settings: () => ArticleSettings
  readonly names: () => readonly string[]
  readonly now: () => number
  readonly used: () => Promise<number>
}

/** The room as a daemon has it. */
export const aRoom = ({ redis, keys, settings, names, now, used }: RoomWanted) => {
  const findParent = (id: string) => taxonomy.find(section => section.id === id)?.parent
  const writer = createStoryWriter({
    redis,
    keys,
    retention: () => settings().retention,
    poolSize: () => 2_000,
    findParent,
  })
  const leave = createEviction({
    redis,
    keys,
    writer,
    changes: createChanges({ redis, keys }),
    names,
    retiring: async () => [],
    now,
  })
  return {
    leave,
    ...createEvictor({
      redis,
      keys,
      eviction: leave,
      settings,
      names,
      heads: () => 20,
      now,
      log: pino({ level: 'silent' }),
      used,
    }),
  }
}

/** Made as the file loads; each test fills it anew. */
export const anEmptyRoom = () =>
  aListRoom({ settings: { latest: 10, related: 5, mostRead: 5, minEntries: 1, relatedMinEntries: 1 } })

/** A hundred articles, each a story of its own, twelve hours apart, the newest of noon; lists show the newest ten. */
export const aFullRoom = async (desk: ReturnType<typeof anEmptyRoom>) => {
  const { redis, keys, clock, config } = desk
  await redis.del('', ...(await redis.keys(`*${keys.prefix}*`)))
  clock.now = NOON
  config.settings.articles.memory = 0
  const lists = desk.open()
  const articles = Array.from({ length: 100 }, (_, place) =>
    anArticle({ title: `Story number ${place}`, publishedAt: NOON - (99 - place) * 12 * 3_600_000 }),
  )
  for (const [place, article] of articles.entries()) await lists.takeIn([{ article, decision: newIn(`s${place}`) }])
  await lists.publisher.publishRelated(articles.map(({ id }) => id))
  for (const name of ['latest', 'latest:world', 'must-reads']) await lists.publisher.publish(name)
  /** The real memory of these articles. */
  const taken = async () =>
    measureMemory(
      redis,
      (await redis.keys(`*${keys.prefix}*`)).filter(key =>
        /:article:|:list:related|:related-back-links|:story:/.test(key),
      ),
    )
  const room = aRoom({
    ...{ redis, keys },
    settings: () => config.settings.articles,
    names: () => lists.publisher.names(),
    now: () => clock.now,
    used: taken,
  })
  return {
    ...desk,
    lists,
    articles,
    room,
    taken,
    /** Makes what there is a share of what there may be. */
    fill: async (share: number) => {
      config.settings.articles.memory = Math.round((await taken()) / share)
    },
    /** Places of those that are there, the oldest 0. */
    there: async () => {
      const there = await Promise.all(articles.map(({ id }) => redis.exists(keys.article(id))))
      return articles.flatMap((_, place) => (there[place] ? [place] : []))
    },
  }
}

/** What lists show of articles whose hashes are gone. */
export const shownThoughGone = async (redis: Redis, keys: Keys): Promise<string[]> => {
  const gone: string[] = []
  for (const key of await redis.keys(`${keys.prefix}:list:*`))
    for (const json of await redis.lrange(key, 0, -1)) {
      const { id } = JSON.parse(json) as { id: string }
      if ((await redis.exists(keys.article(id as ArticleId))) === 0) gone.push(`${key} ${id}`)
    }
  return gone
}
