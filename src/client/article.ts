/** Reads one article, on request with its text, in one round trip. */

import { type PublishedArticle, parseArticle } from '../domain/published-article.ts'
import { keysFor } from '../redis/keys.ts'
import { type ClientOptions, type Command, type Connection, runPipelined } from './read.ts'

export interface ArticleOptions {
  /** Whether to read the text of the article, too. Default false. */
  readonly content?: boolean
}

/** Commands that read an article; `parseReplies` takes the replies. */
export const articleCommands = (
  id: string,
  { content = false, prefix = 'newsdesk' }: ClientOptions & ArticleOptions,
): Command[] => {
  const keys = keysFor(prefix)
  return [['hgetall', keys.article(id)], ...(content ? ([['getBuffer', keys.articleContent(id)]] as const) : [])]
}

/** @param replies to `articleCommands`; none if no article was asked for */
export const parseReplies = ([hash, packed]: readonly unknown[]): PublishedArticle | null =>
  hash === undefined ? null : parseArticle(hash as Record<string, string>, packed as Buffer | null | undefined) // as HGETALL and GET return

/** null if the article is unknown, blocked, or has expired. */
export const readArticle = async (
  redis: Connection,
  id: string,
  options: ClientOptions & ArticleOptions = {},
): Promise<PublishedArticle | null> => parseReplies(await runPipelined(redis, articleCommands(id, options)))
