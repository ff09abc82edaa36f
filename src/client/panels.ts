/** Reads the panels of a page in one round trip; on request, no story appears twice. */

import { fillPage, type ListReading, type Panel, type Place, planReadings } from '../domain/page.ts'
import type { PublishedArticle } from '../domain/published-article.ts'
import { keysFor } from '../redis/keys.ts'
import { type ArticleOptions, articleCommands, parseReplies } from './article.ts'
import {
  type ClientOptions,
  type Command,
  type Connection,
  DEFAULT_LIMIT,
  formatListName,
  listCommand,
  runPipelined,
  type Wanted,
} from './read.ts'

/** A list for a panel. */
export type PanelWanted =
  | Wanted
  | (Exclude<Wanted, string> & {
      /**
       * For a list that is asked for more than once: with true, this panel starts at the top of the list again, and may
       * repeat entries of an earlier panel of the same list; otherwise it continues after them, on a unique page.
       */
      readonly repeat?: boolean
    })

export interface PanelsWanted<W extends readonly PanelWanted[] = readonly PanelWanted[]> extends ArticleOptions {
  /**
   * The panels, in order of priority: on a unique page, a story that could appear in several appears in the first. A
   * list may be asked for more than once.
   */
  readonly lists: W
  /** Id of the article that the page is about; on a unique page, its story appears in no panel. */
  readonly article?: string
  /** Entries of lists without a limit of their own; default 20. */
  readonly limit?: number
  /**
   * Whether no story may appear in two panels, and the story of the open article in none. More entries of each list are
   * then read, so that panels stay full. Default false.
   */
  readonly unique?: boolean
  /**
   * Whether to leave a panel empty if its list says the same as one further up: on a young site, the best of the week
   * are those of the day. Default false.
   */
  readonly skipSame?: boolean
}

/** The content of a page, read in one round trip. */
export interface PanelPage<W extends readonly PanelWanted[]> {
  /** null if it was not requested, is unknown, or has expired. */
  readonly article: PublishedArticle | null
  /** One for each wanted list, in the same order. */
  readonly panels: { readonly [Index in keyof W]: Panel }
}

const toPlace = (wanted: PanelWanted, limit: number): Place => ({
  list: formatListName(wanted),
  ...{ limit, repeat: false },
  ...(typeof wanted === 'string' ? {} : { limit: wanted.limit ?? limit }),
  ...(typeof wanted === 'string' || !('repeat' in wanted) ? {} : { repeat: wanted.repeat ?? false }),
})

/** Reads all panels of a page, and optionally its article, in one round trip. */
export const readPanels = async <const W extends readonly PanelWanted[]>(
  redis: Connection,
  { lists, article: id, limit = DEFAULT_LIMIT, unique = false, skipSame = false, content = false }: PanelsWanted<W>,
  { prefix = 'newsdesk' }: ClientOptions = {},
): Promise<PanelPage<W>> => {
  const keys = keysFor(prefix)
  const places = lists.map(wanted => toPlace(wanted, limit))
  const lengths = [...planReadings(places, unique)]
  const ofLists = lengths.map(([name, length]) => listCommand(name, prefix, length))
  const ofMetas: Command[] = skipSame ? lengths.map(([name]) => ['hget', keys.listMeta(name), 'covers']) : []
  const ofArticle = id === undefined ? [] : articleCommands(id, { content, prefix })
  const answers = await runPipelined(redis, [...ofLists, ...ofMetas, ...ofArticle])

  const readings = lengths.map(([name], index): [string, ListReading] => [
    name,
    {
      entries: answers[index] as string[], // as LRANGE returns
      covers: skipSame ? (answers[lengths.length + index] as string | null) : null, // as HGET returns
    },
  ])
  const article = parseReplies(answers.slice(ofLists.length + ofMetas.length))
  const panels = fillPage({ places, readings: new Map(readings), article, unique, skipSame })
  return { article, panels: panels as PanelPage<W>['panels'] } // one for each wanted list
}
