/**
 * newsdesk/client: what a service needs to read lists and report reads, over an ioredis connection of its own. Brings nothing of the
 * worker with it. The same can be had with plain commands: docs/redis-contract.md.
 */

import type { Cluster, Redis } from 'ioredis'
import type { Entry, EventKind } from '../lists/entry.ts'
import { keysFor } from '../redis/keys.ts'

export type { Entry, EventKind, Window } from '../lists/entry.ts'

/** An article with its counts as of now. */
export interface ClientArticle {
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
  readonly section: string
  readonly sections: readonly string[]
  readonly source: string
  readonly sources: readonly string[]
  readonly story: string
  readonly views: number
  readonly comments: number
  readonly shares: number
}

export interface ReadReport {
  readonly kind: EventKind
  /** Article id, or any URL of the article. */
  readonly article: string
  /** Opaque: a session id or a hash of one. One view counts per article and visitor in half an hour. */
  readonly visitor?: string
  /** User agent, so that robots are not counted. */
  readonly ua?: string
  /** When it happened, where that is not now. */
  readonly at?: Date
}

/** A published list changed. */
export interface Update {
  readonly list: string
  readonly version: number
  readonly at: string
}

export interface Client {
  readonly lists: {
    /** Entries of a list such as `latest`, `most-read:now` or `related:<articleId>`; empty where there is none. */
    get(name: string, options?: { readonly section?: string; readonly limit?: number }): Promise<Entry[]>
    /** Several lists in one round trip: a whole page's panels. */
    many<const Names extends readonly string[]>(
      names: Names,
      options?: { readonly limit?: number },
    ): Promise<{ [Name in Names[number]]: Entry[] }>
  }
  /** null where the article is unknown or has expired. */
  article(id: string): Promise<ClientArticle | null>
  sections(): Promise<readonly { id: string; labels: Readonly<Record<string, string>>; parent: string | null }[]>
  /**
   * Every change of a list from now on, also across reconnects. Ends with the signal. Blocks a connection of its own, made from yours.
   */
  updates(options?: { readonly signal?: AbortSignal }): AsyncGenerator<Update, void, undefined>
  readonly events: {
    /** Appends to the events stream; what newsdesk refuses, it counts by reason. */
    report(events: ReadReport | readonly ReadReport[]): Promise<void>
  }
}

const strings = (json: string | undefined): string[] => JSON.parse(json ?? '[]') as string[] // as the contract says

/**
 * @param redis a connection or cluster of yours: it is used, never closed
 * @param options.prefix as `redis.prefix` of newsdesk's configuration
 */
export const createClient = (
  redis: Redis | Cluster,
  { prefix = 'newsdesk' }: { readonly prefix?: string } = {},
): Client => {
  const keys = keysFor(prefix)
  const get = async (name: string, limit: number): Promise<Entry[]> =>
    (await redis.lrange(keys.list(name), 0, limit - 1)).map(entry => JSON.parse(entry) as Entry) // as the contract says

  return {
    lists: {
      get: (name, { section, limit = 20 } = {}) => get(section === undefined ? name : `${name}:${section}`, limit),
      async many(names, { limit = 20 } = {}) {
        const found = await Promise.all(names.map(async name => [name, await get(name, limit)] as const))
        return Object.fromEntries(found) as never // one entry a name
      },
    },

    async article(id) {
      const hash = await redis.hgetall(keys.article(id))
      if (!hash.id) return null
      const {
        url = '',
        title = '',
        summary = '',
        author,
        image,
        language = '',
        publishedAt = '',
        updatedAt = '',
        section = '',
        source = '',
        story = '',
      } = hash
      return {
        id: hash.id,
        url,
        title,
        summary,
        author: author || null,
        image: image || null,
        language,
        publishedAt,
        updatedAt,
        section,
        sections: strings(hash.sections),
        source,
        sources: strings(hash.sources),
        story,
        views: Number(hash.views ?? 0),
        comments: Number(hash.comments ?? 0),
        shares: Number(hash.shares ?? 0),
      }
    },

    async sections() {
      const json = await redis.get(keys.sections())
      return json === null
        ? []
        : (JSON.parse(json) as { sections: { id: string; labels: Record<string, string>; parent: string | null }[] })
            .sections
    },

    async *updates({ signal } = {}) {
      const own = (redis as Redis).duplicate() // a cluster has duplicate and xread too; only their types differ
      const end = () => own.disconnect()
      signal?.addEventListener('abort', end, { once: true })
      // A connection that is lost comes back by itself; what was published meanwhile is read from where we were.
      own.on('error', () => undefined)
      try {
        // From the newest there is, by its id: with `$` what is published between two calls would be missed.
        let last = (await own.xrevrange(keys.updates(), '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0'
        while (!signal?.aborted) {
          const answer = await own
            .xread('COUNT', 100, 'BLOCK', 5_000, 'STREAMS', keys.updates(), last)
            .catch((error: Error) => {
              if (signal?.aborted || /closed/i.test(error.message)) return null
              throw error
            })
          for (const [id, fields] of answer?.[0]?.[1] ?? []) {
            last = id
            const value = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
            yield { list: value('list'), version: Number(value('version')), at: value('at') }
          }
        }
      } finally {
        signal?.removeEventListener('abort', end)
        own.disconnect()
      }
    },

    events: {
      async report(events) {
        const list = Array.isArray(events) ? (events as readonly ReadReport[]) : [events as ReadReport]
        await Promise.all(
          list.map(({ kind, article, visitor, ua, at }) =>
            redis.xadd(
              keys.events(),
              '*',
              ...['kind', kind, 'article', article],
              ...(visitor === undefined ? [] : ['visitor', visitor]),
              ...(ua === undefined ? [] : ['ua', ua]),
              ...(at === undefined ? [] : ['at', at.toISOString()]),
            ),
          ),
        )
      },
    },
  }
}
