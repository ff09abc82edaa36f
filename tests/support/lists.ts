/** The list room on the run's Redis with a clock that tests move: articles and events go in as the worker takes them in, lists come out. */

import { pino } from 'pino'
import { createLists } from '../../src/app/lists.ts'
import { createArticleStore } from '../../src/articles/redis-store.ts'
import type { Ingested } from '../../src/articles/store.ts'
import { createStoryWriter } from '../../src/articles/story-writer.ts'
import { Settings } from '../../src/config/schema.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import type { Entry } from '../../src/domain/entry.ts'
import { Source } from '../../src/domain/source.ts'
import type { Alike, Stories } from '../../src/domain/story-decision.ts'
import { createReadCounts, createTops } from '../../src/events/top-articles.ts'
import { createEviction } from '../../src/eviction/evict.ts'
import type { ListRegistry } from '../../src/lists/registry.ts'
import { createKnownNames } from '../../src/sources/catalogue/known-names.ts'
import { NOON, testLabels } from './articles.ts'
import { testRedis } from './redis.ts'
import { taxonomy } from './taxonomy.ts'

export const SOURCES = ['courier', 'herald', 'gazette'].map((id, index) =>
  Source.parse({ id, name: id, url: `https://${id}.example/rss`, section: 'world', weight: 1 + index / 10 }),
)

/** nats: what a word of articles that may be alike says. */
export const RARITY = 7

export interface ListRoomWanted {
  readonly settings?: Record<string, unknown>
  /** Articles that may be alike; none unless given. Every word says as much as any other. */
  readonly similar?: (id: ArticleId) => Alike['similar']
  /** The lists of the product, unless given. */
  readonly registry?: ListRegistry
}

export const aListRoom = ({ settings = {}, similar = () => [], registry }: ListRoomWanted = {}) => {
  const { redis, keys, connect } = testRedis()
  const clock = { now: NOON }
  const now = () => clock.now
  const config = { settings: Settings.parse({ lists: settings }), taxonomy }
  const source = (id: string) => SOURCES.find(each => each.id === id)
  const stories: Pick<Stories, 'similarToEach'> = {
    similarToEach: async articles =>
      articles.map(({ id, words }) => ({ similar: similar(id), rarity: words.map(() => RARITY) })),
  }

  /** As a process has it: made anew, it has read nothing yet. */
  const open = () => {
    const stored = {
      ...{ redis, keys },
      retention: () => config.settings.articles.retention,
      poolSize: () => config.settings.lists.poolSize,
      findWeight: (id: string) => source(id)?.weight ?? 1,
      labels: testLabels,
      findParent: (id: string) => taxonomy.find(section => section.id === id)?.parent,
    }
    const archive = createArticleStore(stored)
    const knownNames = createKnownNames({
      ...{ redis, keys, now, sources: () => SOURCES, taxonomy: () => config.taxonomy },
      retention: stored.retention,
    })
    const reads = { redis, keys, halfLife: () => config.settings.events.halfLife, now }
    const lists = createLists({
      ...{ redis, keys, archive, stories, source, now, knownNames, log: pino({ level: 'silent' }) },
      config: () => config,
      tops: createTops(reads),
      readCounts: createReadCounts(reads),
      ...(registry ? { registry } : {}),
    })
    const takeIn = async (batch: Parameters<typeof archive.ingest>[0]): Promise<Ingested> => {
      const ingested = await archive.ingest(batch, clock.now)
      await lists.changes.noteIngested(ingested)
      return ingested
    }
    const eviction = createEviction({
      ...{
        redis,
        keys,
        now,
        changes: lists.changes,
        names: lists.publisher.names,
        retiring: lists.retirement.retiring,
      },
      writer: createStoryWriter(stored),
    })
    return { ...lists, archive, takeIn, eviction }
  }
  const list = async (name: string): Promise<Entry[]> =>
    (await redis.lrange(keys.list(name), 0, -1)).map(json => JSON.parse(json) as Entry)
  const titles = async (name: string): Promise<string[]> => (await list(name)).map(({ title }) => title)
  const meta = (name: string) => redis.hgetall(keys.listMeta(name))
  return { redis, keys, connect, clock, config, open, list, titles, meta }
}
