/** Reads what is in Redis after the day, the way services read it. */

import type { Redis } from 'ioredis'
import type { Entry } from '../../src/domain/entry.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { scanKeys } from '../../src/redis/scan.ts'
import type { Day } from './build.ts'
import { readUniquePages } from './page.ts'
import type { Read } from './readers.ts'

export const PREFIX = 'newsdesk'
const keys = keysFor(PREFIX)

export interface StoredArticle {
  readonly id: string
  /** The story it is in now, merges followed. */
  readonly story: string
  readonly section: string
  readonly views: number
}

export interface StoredStory {
  readonly id: string
  /** Id of the article that it is shown by. */
  readonly lead: string
}

/** What is in Redis in the end. */
export interface Outcome {
  /** Entries by name of the list, related lists included. */
  readonly lists: ReadonlyMap<string, readonly Entry[]>
  readonly articles: ReadonlyMap<string, StoredArticle>
  readonly stories: ReadonlyMap<string, StoredStory>
  /** For each article that was read, by its id: the ids in each panel of its page, read without repeats. */
  readonly uniquePages: ReadonlyMap<string, readonly (readonly string[])[]>
  /** Events refused, by reason. */
  readonly refused: Readonly<Record<string, string>>
  /** When it was read, ms since the epoch. */
  readonly at: number
}

/** Entries of all lists, related lists included, by name. */
export const readLists = async (redis: Redis): Promise<Map<string, readonly Entry[]>> => {
  const lists = new Map<string, readonly Entry[]>()
  const prefix = keys.list('')
  for await (const names of scanKeys(redis, `${prefix}*`)) {
    const found = await redis.pipeline(names.map(name => ['lrange', name, 0, -1])).exec()
    for (const [index, name] of names.entries()) {
      const entries = (found?.[index]?.[1] ?? []) as string[] // as LRANGE returns
      // As docs/redis-contract.md specifies.
      lists.set(
        name.slice(prefix.length),
        entries.map(entry => JSON.parse(entry) as Entry),
      )
    }
  }
  return lists
}

const readHashes = async (redis: Redis, names: readonly string[]): Promise<Record<string, string>[]> => {
  const found = await redis.pipeline(names.map(name => ['hgetall', name])).exec()
  return (found ?? []).map(([, hash]) => hash as Record<string, string>) // as HGETALL returns
}

export const readOutcome = async (redis: Redis, day: Day, reads: readonly Read[]): Promise<Outcome> => {
  const lists = await readLists(redis)
  const hashes = await readHashes(redis, [...new Set(day.items.map(({ id }) => keys.article(id)))])
  const kept = hashes.filter(({ id }) => id !== undefined)
  const names = [...new Set(kept.map(({ story = '' }) => story))]
  const byName = new Map((await readHashes(redis, names.map(keys.story))).map((hash, index) => [names[index], hash]))
  const follow = (story: string): string => {
    const into = byName.get(story)?.into
    return into === undefined ? story : follow(into)
  }
  const articles = new Map(
    kept.map(({ id = '', story = '', section = '', views = '0' }) => [
      id,
      { id, story: follow(story), section, views: Number(views) },
    ]),
  )
  const opened = [...new Set(reads.map(({ item }) => item.id))].flatMap(id => articles.get(id) ?? [])
  return {
    lists,
    articles,
    uniquePages: await readUniquePages(redis, PREFIX, opened),
    stories: new Map([...byName].map(([id = '', { lead = '' }]) => [id, { id, lead }])),
    refused: await redis.hgetall(keys.eventState('refused')),
    at: Date.now(),
  }
}
