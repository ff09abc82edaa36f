/** Reads what other publishers report on the event of an article, without reprints and repeated headlines. */

import { keysFor } from '../redis/keys.ts'
import { foldWords } from '../util/words.ts'
import { type ClientOptions, type Connection, runPipelined } from './read.ts'

/** Another article of the same story. */
export interface Angle {
  readonly id: string
  /** As lists show it. */
  readonly title: string
  readonly url: string
  readonly source: string
  readonly image: string | null
  /** ISO 8601 UTC. */
  readonly publishedAt: string
}

const DEFAULT_LIMIT = 5
/** Maximum number of articles of a story that are read: those that joined it last. */
const MAX_ARTICLES = 40
/** Two headlines are the same if they share at least this fraction of the words of the shorter one. */
const SAME_HEADLINE = 0.6

type Hash = Readonly<Record<string, string>>

const wordsOf = (title: string): ReadonlySet<string> => new Set(foldWords(title).split(' '))

const isSameHeadline = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  [...one].filter(word => other.has(word)).length >= SAME_HEADLINE * Math.min(one.size, other.size)

/** Newest first, one of each source, none with nearly the headline of the article or of a newer one. (pure) */
const chooseAngles = (article: Hash, others: readonly Hash[], limit: number): Angle[] => {
  const told = [wordsOf(article.headline ?? article.title ?? '')]
  const sources = new Set([article.source])
  const chosen: Angle[] = []
  // A blocked article has no id.
  const shown = others.filter(({ id, reprintOf }) => id && !reprintOf)
  for (const {
    id = '',
    title: full = '',
    headline: title = full,
    url = '',
    source = '',
    image,
    publishedAt = '',
  } of shown.toSorted((a, b) => (b.publishedAt ?? '').localeCompare(a.publishedAt ?? ''))) {
    const words = wordsOf(title)
    if (chosen.length >= limit || sources.has(source) || told.some(each => isSameHeadline(each, words))) continue
    told.push(words)
    sources.add(source)
    chosen.push({ id, title, url, source, image: image || null, publishedAt })
  }
  return chosen
}

/**
 * Reads other articles of an article's story, newest first, each of another source. Takes three round trips: the
 * article, its story, and the articles that the story names.
 * @param options.limit default 5
 * @returns none if the article is unknown or the only one of its story
 */
export const readMore = async (
  redis: Connection,
  article: string,
  { limit = DEFAULT_LIMIT, prefix = 'newsdesk' }: ClientOptions & { readonly limit?: number } = {},
): Promise<Angle[]> => {
  const keys = keysFor(prefix)
  const [own] = (await runPipelined(redis, [['hgetall', keys.article(article)]])) as [Hash] // one answer per command
  if (!own.id || !own.story) return []
  const [story] = (await runPipelined(redis, [['hgetall', keys.story(own.story)]])) as [Hash] // likewise
  const ids = JSON.parse(story.articles ?? '[]') as string[] // as docs/redis-contract.md specifies
  const others = ids.filter(id => id !== own.id).slice(-MAX_ARTICLES)
  if (others.length === 0) return []
  const hashes = await runPipelined(
    redis,
    others.map(id => ['hgetall', keys.article(id)] as const),
  )
  return chooseAngles(own, hashes as Hash[], limit)
}
