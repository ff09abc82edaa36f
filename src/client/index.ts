/**
 * newsdesk/client: what a service needs to read lists and report reads, over an ioredis connection or cluster of its own. Brings nothing
 * of the worker with it, and no dependency; what is not imported is not bundled. The same can be had with plain commands:
 * docs/redis-contract.md.
 */

import type { Entry } from '../domain/entry.ts'
import { keysFor } from '../redis/keys.ts'
import {
  articleOf,
  type ClientArticle,
  type ClientOptions,
  type Connection,
  entriesOf,
  inOneTrip,
  limitsOf,
  listCommand,
  nameOf,
  type Wanted,
} from './read.ts'
import { createReporter, type Reporter, type ReporterOptions } from './reporter.ts'
import { type Update, type UpdatesOptions, updates } from './updates.ts'

export type { Entry, PlacedBy, Window } from '../domain/entry.ts'
export type { EventKind } from '../domain/event-kinds.ts'
export type { ClientArticle, ClientOptions, Connection, Wanted } from './read.ts'
export { createReporter, type ReadReport, type Reporter, type ReporterOptions } from './reporter.ts'
export { type Update, type UpdatesOptions, updates } from './updates.ts'

/** Names of what was asked for, as keys of the answer. */
export type NameOf<W extends Wanted> = W extends string
  ? W
  : W extends { readonly list: infer List extends string; readonly section: infer Section extends string }
    ? `${List}:${Section}`
    : W extends { readonly list: infer List extends string }
      ? List
      : never
export type Lists<W extends readonly Wanted[]> = { [Name in NameOf<W[number]>]: Entry[] }

/** What a page is made of, as of one round trip. */
export interface Page<W extends readonly Wanted[]> {
  /** null where it was not asked for, is unknown, or has expired. */
  readonly article: ClientArticle | null
  readonly lists: Lists<W>
}

/**
 * Several lists, and an article beside them, in one round trip: a whole page's panels.
 * @param wanted names such as `latest:world` or `related:<id>`, or `{ list, section, limit }`; one that is named twice is read once, as far
 * as the larger limit goes
 * @param options.limit entries of those that say nothing; 20
 */
export const readPage = async <const W extends readonly Wanted[]>(
  redis: Connection,
  wanted: W,
  { article, limit, prefix = 'newsdesk' }: ClientOptions & { readonly article?: string; readonly limit?: number } = {},
): Promise<Page<W>> => {
  const limits = [...limitsOf(wanted, limit)]
  const lists = limits.map(([name, most]) => listCommand(name, prefix, most))
  const hash = article === undefined ? [] : [['hgetall', keysFor(prefix).article(article)] as const]
  const answers = await inOneTrip(redis, [...lists, ...hash])
  return {
    article: article === undefined ? null : articleOf(answers.at(-1)),
    lists: Object.fromEntries(limits.map(([name], index) => [name, entriesOf(answers[index])])) as Lists<W>, // one entry a name
  }
}

/** Entries of one list; empty where there is none. */
export const readList = async (
  redis: Connection,
  list: string,
  { section, limit, prefix }: ClientOptions & { readonly section?: string; readonly limit?: number } = {},
): Promise<Entry[]> => {
  const name = nameOf(section === undefined ? list : { list, section })
  const [answer] = await inOneTrip(redis, [listCommand(name, prefix ?? 'newsdesk', limit)])
  return entriesOf(answer)
}

export interface SectionLabels {
  readonly id: string
  readonly labels: Readonly<Record<string, string>>
  readonly parent: string | null
}

export interface Client {
  readonly lists: {
    /** Entries of a list such as `latest`, `most-read:now` or `related:<articleId>`; empty where there is none. */
    get(list: string, options?: { readonly section?: string; readonly limit?: number }): Promise<Entry[]>
    /** Several lists in one round trip. */
    many<const W extends readonly Wanted[]>(wanted: W, options?: { readonly limit?: number }): Promise<Lists<W>>
  }
  /** Several lists, and an article beside them, in one round trip: a whole page's panels. */
  page<const W extends readonly Wanted[]>(
    wanted: W,
    options?: { readonly article?: string; readonly limit?: number },
  ): Promise<Page<W>>
  /** null where the article is unknown or has expired. */
  article(id: string): Promise<ClientArticle | null>
  sections(): Promise<readonly SectionLabels[]>
  /** See `updates`. */
  updates(options?: Omit<UpdatesOptions, 'prefix'>): AsyncGenerator<Update, void, undefined>
  /** Reports go together, a few ms later: see `createReporter`. */
  readonly events: Reporter
}

/** Everything in one object. Where bundles must be small, import `readPage`, `readList`, `updates` and `createReporter` by themselves. */
export const createClient = (redis: Connection, options: ReporterOptions = {}): Client => {
  const { prefix = 'newsdesk' } = options
  const keys = keysFor(prefix)
  return {
    lists: {
      get: (list, some) => readList(redis, list, { ...some, prefix }),
      many: async (wanted, some) => (await readPage(redis, wanted, { ...some, prefix })).lists,
    },
    page: (wanted, some) => readPage(redis, wanted, { ...some, prefix }),
    article: async id => articleOf((await inOneTrip(redis, [['hgetall', keys.article(id)]]))[0]),
    async sections() {
      const json = await redis.get(keys.sections())
      return json === null ? [] : (JSON.parse(json) as { sections: SectionLabels[] }).sections // as the contract says
    },
    updates: some => updates(redis, { ...some, prefix }),
    events: createReporter(redis, options),
  }
}
