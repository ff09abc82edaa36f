/** Every article once, as its publisher has it, in one story that knows it; every accepted event counted once. */

import type { Redis } from 'ioredis'
import { type TrueArticle, type Truth, type Violation, violation } from './truth.ts'

type Hash = Readonly<Record<string, string>>

export interface Stored {
  readonly articles: readonly Hash[]
  readonly stories: readonly Hash[]
}

const AT_ONCE = 500

const hashesOf = async (redis: Redis, pattern: string): Promise<Hash[]> => {
  const keys = new Set<string>()
  for await (const page of redis.scanStream({ match: pattern, count: 1_000 }) as AsyncIterable<string[]>)
    for (const key of page) keys.add(key)
  const all = [...keys]
  const hashes: Hash[] = []
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const pipeline = redis.pipeline()
    for (const key of all.slice(from, from + AT_ONCE)) pipeline.hgetall(key)
    for (const [error, hash] of (await pipeline.exec()) ?? []) {
      if (error) throw error
      hashes.push(hash as Hash)
    }
  }
  return hashes.filter(hash => Object.keys(hash).length > 0)
}

export const readStored = async (redis: Redis, prefix: string): Promise<Stored> => ({
  articles: await hashesOf(redis, `${prefix}:article:*`),
  stories: await hashesOf(redis, `${prefix}:story:*`),
})

const idsIn = (json: string | undefined): string[] => JSON.parse(json ?? '[]') as string[] // ids, as the contract has it

const checkArticle = (article: TrueArticle, hash: Hash): Violation[] => {
  const wrong = (detail: string) => violation('article wrong', `${article.url}: ${detail}`)
  const found: Violation[] = []
  if (hash.title !== article.title) found.push(wrong(`its title is "${hash.title}", not "${article.title}"`))
  const sources = idsIn(hash.sources).toSorted().join(' ')
  const wanted = [...article.sources].sort().join(' ')
  if (sources !== wanted) found.push(wrong(`its sources are ${sources}, not ${wanted}`))
  const published = new Date(article.at).toISOString()
  if (hash.publishedAt !== published) found.push(wrong(`published ${hash.publishedAt}, not ${published}`))
  return found
}

/** Each article stands in one story, which knows it and has a lead among its own. */
const checkStories = ({ articles, stories }: Stored): Violation[] => {
  const broken = (detail: string) => violation('story broken', detail)
  const found: Violation[] = []
  const open = stories.filter(({ into }) => into === undefined)
  const known = new Map(open.map(story => [story.id ?? '', story]))
  const storiesOf = new Map<string, string[]>()
  for (const story of open) {
    const members = idsIn(story.articles)
    for (const id of members) storiesOf.set(id, [...(storiesOf.get(id) ?? []), story.id ?? ''])
    if (!members.includes(story.lead ?? ''))
      found.push(broken(`story ${story.id} is led by ${story.lead}, which is not in it`))
  }
  for (const { id = '', story = '' } of articles) {
    const of = (storiesOf.get(id) ?? []).toSorted()
    if (!known.has(story)) found.push(broken(`article ${id} is of story ${story}, which is not there`))
    if (of.length !== 1 || of[0] !== story)
      found.push(broken(`article ${id} is of story ${story}, and stands in ${of.join(', ') || 'none'}`))
  }
  return found
}

export const checkArticles = (truth: Truth, stored: Stored): Violation[] => {
  const found: Violation[] = []
  const byUrl = new Map<string, Hash[]>()
  for (const hash of stored.articles) byUrl.set(hash.url ?? '', [...(byUrl.get(hash.url ?? '') ?? []), hash])
  for (const article of truth.articles) {
    const hashes = byUrl.get(article.url) ?? []
    byUrl.delete(article.url)
    const [hash] = hashes
    if (!hash) found.push(violation('article lost', article.url))
    else found.push(...checkArticle(article, hash))
    if (hashes.length > 1)
      found.push(violation('article twice', `${article.url}: ${hashes.map(({ id }) => id).join(', ')}`))
  }
  for (const url of byUrl.keys()) found.push(violation('article invented', url === '' ? 'one without a URL' : url))
  return [...found, ...checkStories(stored)]
}

const COUNTS = ['views', 'comments', 'shares'] as const

/** Of articles that are there: one that is lost is told as such. */
export const checkCounts = ({ counts }: Truth, { articles }: Stored): Violation[] =>
  articles.flatMap(hash => {
    const wanted = counts.get(hash.url ?? '')
    return COUNTS.flatMap(name => {
      const [stands, should] = [Number(hash[name]), wanted?.[name] ?? 0]
      if (stands === should) return []
      return violation(
        stands < should ? 'event lost' : 'event doubled',
        `${hash.url}: ${stands} ${name}, not ${should}`,
      )
    })
  })

/** Nothing of the stream is unread, and nothing read and not counted. */
export const checkStream = async (redis: Redis, prefix: string): Promise<Violation[]> => {
  const stream = `${prefix}:events`
  if ((await redis.exists(stream)) === 0) return []
  const [newest] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1)
  const groups = (await redis.xinfo('GROUPS', stream)) as unknown[][]
  if (newest && groups.length === 0) return [violation('events waiting', 'nobody reads the stream')]
  return groups.flatMap(flat => {
    const field = (name: string) => flat[flat.indexOf(name) + 1]
    const pending = Number(field('pending'))
    if (pending > 0) return violation('events waiting', `${pending} read and not counted`)
    const last = String(field('last-delivered-id'))
    return newest && last !== newest[0] ? violation('events waiting', `read up to ${last} of ${newest[0]}`) : []
  })
}
