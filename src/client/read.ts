/** Lists and articles in one round trip: a pipeline on one Redis; on a cluster each key goes to its node, all at once. */

import type { Cluster, Redis } from 'ioredis'
import { type Counts, parseCounts } from '../domain/counts.ts'
import type { Entry } from '../domain/entry.ts'
import { keysFor } from '../redis/keys.ts'

/** A connection or cluster of yours: used, never closed. */
export type Connection = Redis | Cluster

export interface ClientOptions {
  /** As `redis.prefix` of newsdesk's configuration. */
  readonly prefix?: string
}

/** A list by its name, or with the section and number of entries wanted. */
export type Wanted = string | { readonly list: string; readonly section?: string; readonly limit?: number }

const DEFAULT_LIMIT = 20

/** An article with its counts as of now. */
export interface ClientArticle extends Counts {
  readonly id: string
  readonly url: string
  readonly title: string
  readonly summary: string
  readonly author: string | null
  readonly image: string | null
  readonly language: string
  /** ISO 8601 UTC. */
  readonly publishedAt: string
  readonly updatedAt: string
  readonly firstSeenAt: string
  readonly section: string
  readonly sections: readonly string[]
  readonly source: string
  readonly sources: readonly string[]
  readonly story: string
  /** Seconds that readers spent on it, as far as they were reported. */
  readonly seconds: number
}

export type Command =
  | readonly ['lrange', string, number, number]
  | readonly ['hgetall', string]
  | readonly ['get', string]

/** @throws the first error of any of them */
export const inOneTrip = async (redis: Connection, commands: readonly Command[]): Promise<unknown[]> => {
  if ('nodes' in redis) {
    const call = (command: Command): Promise<unknown> =>
      command[0] === 'lrange'
        ? redis.lrange(command[1], command[2], command[3])
        : command[0] === 'hgetall'
          ? redis.hgetall(command[1])
          : redis.get(command[1])
    return Promise.all(commands.map(call))
  }
  const answers = await redis.pipeline(commands.map(command => [...command])).exec()
  return (answers ?? []).map(([error, value]) => {
    if (error) throw error
    return value
  })
}

/** A section belongs after the rule and its window: `latest`, `most-read:now`. */
export const nameOf = (wanted: Wanted): string =>
  typeof wanted === 'string' ? wanted : wanted.section === undefined ? wanted.list : `${wanted.list}:${wanted.section}`

/** @param most entries */
export const listCommand = (list: string, prefix: string, most = DEFAULT_LIMIT): Command => [
  // LRANGE 0 -1 would be all of it.
  ...(['lrange', keysFor(prefix).list(list)] as const),
  ...(most > 0 ? ([0, most - 1] as const) : ([1, 0] as const)),
]

/** How many entries of each list to read: of one that is wanted twice as many as the one that wants more. */
export const limitsOf = (wanted: readonly Wanted[], limit = DEFAULT_LIMIT): Map<string, number> => {
  const limits = new Map<string, number>()
  for (const each of wanted) {
    const name = nameOf(each)
    const most = typeof each === 'string' ? limit : (each.limit ?? limit)
    limits.set(name, Math.max(limits.get(name) ?? 0, most))
  }
  return limits
}

export const entriesOf = (answer: unknown): Entry[] => (answer as string[]).map(json => JSON.parse(json) as Entry) // as the contract says

const strings = (json: string | undefined): string[] => JSON.parse(json ?? '[]') as string[] // as the contract says

/** @returns null where there is none: Redis answers an empty hash */
export const articleOf = (answer: unknown): ClientArticle | null => {
  const hash = answer as Record<string, string> // as Redis answers
  const text = (name: string): string => hash[name] ?? ''
  if (!hash.id) return null
  return {
    id: hash.id,
    url: text('url'),
    title: text('title'),
    summary: text('summary'),
    author: text('author') || null,
    image: text('image') || null,
    language: text('language'),
    publishedAt: text('publishedAt'),
    updatedAt: text('updatedAt'),
    firstSeenAt: text('firstSeenAt'),
    section: text('section'),
    sections: strings(hash.sections),
    source: text('source'),
    sources: strings(hash.sources),
    story: text('story'),
    ...parseCounts(hash),
    seconds: Number(hash.seconds ?? 0),
  }
}
