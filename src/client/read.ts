/** Reads lists and articles in one round trip: one pipeline, or on a cluster concurrent commands to the keys' nodes. */

import type { Cluster, Redis } from 'ioredis'
import type { Entry } from '../domain/entry.ts'
import { keysFor } from '../redis/keys.ts'

/** A connection or cluster of the caller; the client never closes it. */
export type Connection = Redis | Cluster

export interface ClientOptions {
  /** `redis.prefix` of newsdesk's configuration. */
  readonly prefix?: string
}

/** A list by name, or with a section and a maximum number of entries. */
export type Wanted = string | { readonly list: string; readonly section?: string; readonly limit?: number }

export const DEFAULT_LIMIT = 20

export type Command =
  | readonly ['lrange', string, number, number]
  | readonly ['hgetall', string]
  | readonly ['get', string]
  | readonly ['getBuffer', string]
  | readonly ['hget', string, string]

/** @throws the first error of any command */
export const runPipelined = async (redis: Connection, commands: readonly Command[]): Promise<unknown[]> => {
  if ('nodes' in redis) {
    const call = (command: Command): Promise<unknown> =>
      command[0] === 'lrange'
        ? redis.lrange(command[1], command[2], command[3])
        : command[0] === 'hgetall'
          ? redis.hgetall(command[1])
          : command[0] === 'hget'
            ? redis.hget(command[1], command[2])
            : command[0] === 'getBuffer'
              ? redis.getBuffer(command[1])
              : redis.get(command[1])
    return Promise.all(commands.map(call))
  }
  const answers = await redis.pipeline(commands.map(command => [...command])).exec()
  return (answers ?? []).map(([error, value]) => {
    if (error) throw error
    return value
  })
}

/** Appends the section to the list's name: `latest:world`, `most-read:now:world`. */
export const formatListName = (wanted: Wanted): string =>
  typeof wanted === 'string' ? wanted : wanted.section === undefined ? wanted.list : `${wanted.list}:${wanted.section}`

/** @param limit maximum number of entries */
export const listCommand = (list: string, prefix: string, limit = DEFAULT_LIMIT): Command => [
  // For a limit of 0, an empty range: LRANGE 0 -1 would return the whole list.
  ...(['lrange', keysFor(prefix).list(list)] as const),
  ...(limit > 0 ? ([0, limit - 1] as const) : ([1, 0] as const)),
]

/** Finds how many entries of each list to read; for a list requested twice, the larger number. */
export const mergeLimits = (wanted: readonly Wanted[], limit = DEFAULT_LIMIT): Map<string, number> => {
  const limits = new Map<string, number>()
  for (const each of wanted) {
    const name = formatListName(each)
    const entries = typeof each === 'string' ? limit : (each.limit ?? limit)
    limits.set(name, Math.max(limits.get(name) ?? 0, entries))
  }
  return limits
}

// As docs/redis-contract.md specifies.
export const parseEntries = (answer: unknown): Entry[] => (answer as string[]).map(json => JSON.parse(json) as Entry)
