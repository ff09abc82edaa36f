/** More on an article's story: what other publishers tell of the same event, without reprints and repeated headlines. */

import { keysFor } from '../redis/keys.ts'
import { foldWords } from '../util/words.ts'
import { type ClientOptions, type Connection, runPipelined } from './read.ts'

/** Another article of the same story. */
export interface Angle {
  readonly id: string
  readonly title: string
  readonly url: string
  readonly source: string
  readonly image: string | null
  /** ISO 8601 UTC. */
  readonly publishedAt: string
}

const DEFAULT_LIMIT = 5
/** Articles of a story that are looked at, the last to come first. */
const MAX_ARTICLES = 40
/** Headlines that share so much of the words of the shorter are one. */
const SAME_HEADLINE = 0.6

type Hash = Readonly<Record<string, string>>

const wordsOf = (title: string): ReadonlySet<string> => new Set(foldWords(title).split(' '))

const isSameHeadline = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  [...one].filter(word => other.has(word)).length >= SAME_HEADLINE * Math.min(one.size, other.size)

/** Newest first, one of each source; none that says what the article or a newer one says in the same words. (pure) */
const chooseAngles = (article: Hash, others: readonly Hash[], limit: number): Angle[] => {
  const told = [wordsOf(article.title ?? '')]
  const sources = new Set([article.source])
  const chosen: Angle[] = []
  // A blocked article has no id.
  const shown = others.filter(({ id, reprintOf }) => id && !reprintOf)
  for (const { id = '', title = '', url = '', source = '', image, publishedAt = '' } of shown.toSorted((a, b) =>
    (b.publishedAt ?? '').localeCompare(a.publishedAt ?? ''),
  )) {
    const words = wordsOf(title)
    if (chosen.length >= limit || sources.has(source) || told.some(each => isSameHeadline(each, words))) continue
    told.push(words)
    sources.add(source)
    chosen.push({ id, title, url, source, image: image || null, publishedAt })
  }
  return chosen
}

/**
 * Reads other articles of an article's story, the newest first, each of another source. Takes three round trips, and
 * nothing is stored for it: the story names its articles.
 * @param options.limit default 5
 * @returns none if the article is unknown or the only one of its story
 */
export const readMore = async (
  redis: Connection,
  article: string,
  { limit = DEFAULT_LIMIT, prefix = 'newsdesk' }: ClientOptions & { readonly limit?: number } = {},
): Promise<Angle[]> => {
  const keys = keysFor(prefix)
  const [own] = (await runPipelined(redis, [['hgetall', keys.article(article)]])) as [Hash] // one each
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
