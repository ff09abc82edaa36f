/**
 * newsdesk/client: reads lists and reports events over the service's own ioredis connection or cluster. It contains no
 * code of the worker and has no dependencies; bundlers drop what is not imported. Services can also use plain Redis
 * commands, see docs/redis-contract.md.
 */

import type { Entry } from '../domain/entry.ts'
import { type PublishedArticle as ClientArticle, parseArticle } from '../domain/published-article.ts'
import { keysFor } from '../redis/keys.ts'
import { type ArticleOptions, readArticle } from './article.ts'
import { type PanelPage, type PanelsWanted, type PanelWanted, readPanels } from './panels.ts'
import {
  type ClientOptions,
  type Connection,
  formatListName,
  listCommand,
  mergeLimits,
  parseEntries,
  runPipelined,
  type Wanted,
} from './read.ts'
import { createReporter, type Reporter, type ReporterOptions } from './reporter.ts'
import { type Update, type UpdatesOptions, updates } from './updates.ts'

export type { ArticleContent } from '../domain/content.ts'
export type { Entry, PlacedBy, Window } from '../domain/entry.ts'
export type { EventKind } from '../domain/event-kinds.ts'
export type { Panel } from '../domain/page.ts'
export type { Picture } from '../domain/picture.ts'
export type { PublishedArticle as ClientArticle } from '../domain/published-article.ts'
export { type ArticleOptions, readArticle } from './article.ts'
export { type Angle, readMore } from './more.ts'
export { type PanelPage, type PanelsWanted, type PanelWanted, readPanels } from './panels.ts'
export type { ClientOptions, Connection, Wanted } from './read.ts'
export { createReporter, type ReadReport, type Reporter, type ReporterOptions } from './reporter.ts'
export { type Update, type UpdatesOptions, updates } from './updates.ts'

/** Names of the requested lists, as keys of the result. */
export type NameOf<W extends Wanted> = W extends string
  ? W
  : W extends { readonly list: infer List extends string; readonly section: infer Section extends string }
    ? `${List}:${Section}`
    : W extends { readonly list: infer List extends string }
      ? List
      : never
export type Lists<W extends readonly Wanted[]> = { [Name in NameOf<W[number]>]: Entry[] }

/** The content of a page, read in one round trip. */
export interface Page<W extends readonly Wanted[]> {
  /** null if it was not requested, is unknown, or has expired. */
  readonly article: ClientArticle | null
  readonly lists: Lists<W>
}

/**
 * Reads several lists, and optionally an article, in one round trip: all panels of a page.
 * @param wanted names such as `latest:world` or `related:<id>`, or `{ list, section, limit }`; a list named twice is
 *   read once, with the larger limit
 * @param options.limit entries of lists without a limit of their own; default 20
 */
export const readPage = async <const W extends readonly Wanted[]>(
  redis: Connection,
  wanted: W,
  { article, limit, prefix = 'newsdesk' }: ClientOptions & { readonly article?: string; readonly limit?: number } = {},
): Promise<Page<W>> => {
  const limits = [...mergeLimits(wanted, limit)]
  const lists = limits.map(([name, entries]) => listCommand(name, prefix, entries))
  const hash = article === undefined ? [] : [['hgetall', keysFor(prefix).article(article)] as const]
  const answers = await runPipelined(redis, [...lists, ...hash])
  return {
    // As HGETALL returns.
    article: article === undefined ? null : parseArticle(answers.at(-1) as Record<string, string>),
    // One entry per name.
    lists: Object.fromEntries(limits.map(([name], index) => [name, parseEntries(answers[index])])) as Lists<W>,
  }
}

/** Reads the entries of one list; empty if there is no such list. */
export const readList = async (
  redis: Connection,
  list: string,
  { section, limit, prefix }: ClientOptions & { readonly section?: string; readonly limit?: number } = {},
): Promise<Entry[]> => {
  const name = formatListName(section === undefined ? list : { list, section })
  const [answer] = await runPipelined(redis, [listCommand(name, prefix ?? 'newsdesk', limit)])
  return parseEntries(answer)
}

export interface SectionLabels {
  readonly id: string
  readonly labels: Readonly<Record<string, string>>
  readonly parent: string | null
}

export interface Client {
  readonly lists: {
    /** Reads a list such as `latest`, `most-read:now` or `related:<articleId>`; empty if there is no such list. */
    get(list: string, options?: { readonly section?: string; readonly limit?: number }): Promise<Entry[]>
    /** Reads several lists in one round trip. */
    many<const W extends readonly Wanted[]>(wanted: W, options?: { readonly limit?: number }): Promise<Lists<W>>
  }
  /**
   * Reads all panels of a page in one round trip, in the order asked. With `unique: true` no story appears in two
   * panels, and the story of the open article in none: see `PanelsWanted`.
   */
  page<const W extends readonly PanelWanted[]>(wanted: PanelsWanted<W>): Promise<PanelPage<W>>
  /** Reads several lists, and optionally an article, in one round trip, each list by its name. */
  page<const W extends readonly Wanted[]>(
    wanted: W,
    options?: { readonly article?: string; readonly limit?: number },
  ): Promise<Page<W>>
  /** null if the article is unknown, blocked, or has expired. With `content: true` it has its text. */
  article(id: string, options?: ArticleOptions): Promise<ClientArticle | null>
  sections(): Promise<readonly SectionLabels[]>
  /** See `updates`. */
  updates(options?: Omit<UpdatesOptions, 'prefix'>): AsyncGenerator<Update, void, undefined>
  /** Reports are sent in batches, a few ms later: see `createReporter`. */
  readonly events: Reporter
}

/**
 * Everything in one object. For small bundles import `readPage`, `readPanels`, `readList`, `updates` and
 * `createReporter` separately.
 */
export const createClient = (redis: Connection, options: ReporterOptions = {}): Client => {
  const { prefix = 'newsdesk' } = options
  const keys = keysFor(prefix)
  const page = (
    wanted: readonly Wanted[] | PanelsWanted,
    some?: { readonly article?: string; readonly limit?: number },
  ): Promise<unknown> =>
    'lists' in wanted ? readPanels(redis, wanted, { prefix }) : readPage(redis, wanted, { ...some, prefix })
  return {
    lists: {
      get: (list, some) => readList(redis, list, { ...some, prefix }),
      many: async (wanted, some) => (await readPage(redis, wanted, { ...some, prefix })).lists,
    },
    page: page as Client['page'], // each overload by its arguments
    article: (id, some) => readArticle(redis, id, { ...some, prefix }),
    async sections() {
      const json = await redis.get(keys.sections())
      // As docs/redis-contract.md specifies.
      return json === null ? [] : (JSON.parse(json) as { sections: SectionLabels[] }).sections
    },
    updates: some => updates(redis, { ...some, prefix }),
    events: createReporter(redis, options),
  }
}
