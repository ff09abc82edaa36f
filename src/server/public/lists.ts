/**
 * `GET /v1/lists`: published lists for readers without Redis, as JSON, RSS or JSON Feed, with ETag. Reads what is published and nothing
 * else; what it says is plain text, never markup.
 */

import { type Request, type Response, Router } from 'express'
import type { Redis } from 'ioredis'
import type { Entry } from '../../domain/entry.ts'
import { type FeedOf, jsonFeed, rss } from '../../lists/feed-output.ts'
import { LISTS } from '../../lists/registry.ts'
import type { Keys } from '../../redis/keys.ts'

export interface ListsRouteParts {
  readonly redis: Redis
  readonly keys: Keys
  /** Every list but those related to one article. */
  readonly names: () => readonly string[]
}

const MOST = 1_000
/** s for which a copy may be shown without asking again. */
const FRESH = 5

type Format = 'json' | 'rss' | 'feed.json'
const TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json; charset=utf-8',
  rss: 'application/rss+xml; charset=utf-8',
  'feed.json': 'application/feed+json; charset=utf-8',
}

/** A list with what is told of it, as of one moment. */
interface Read {
  readonly meta: Readonly<Record<string, string>>
  readonly entries: readonly string[]
}

const limitOf = (request: Request): number | null => {
  const written = request.query.limit
  if (written === undefined) return MOST
  const limit = typeof written === 'string' && /^\d{1,4}$/.test(written) ? Number(written) : 0
  return limit >= 1 && limit <= MOST ? limit : null
}

const asJson = (name: string, { meta, entries }: Read): string => {
  const about = {
    list: name,
    version: Number(meta.version ?? 0),
    generatedAt: meta.generatedAt ?? null,
    window: meta.window || null,
    fallback: meta.fallback || null,
    stale: meta.stale === '1',
  }
  // Entries stand as JSON already.
  return `${JSON.stringify(about).slice(0, -1)},"entries":[${entries.join(',')}]}`
}

/** JSON in which nothing looks like a tag, wherever somebody puts it. */
const inert = (json: string): string => json.replaceAll('<', '\\u003c')

/** Whether one of the tags of If-None-Match is this one, or `*`. Weak ones match too (RFC 9110, section 13.1.2). */
const matches = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some(each => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag)

export const listsRoute = ({ redis, keys, names }: ListsRouteParts): Router => {
  const router = Router()

  const read = async (name: string, limit: number): Promise<Read> => {
    // One slot and one step: the entries are those the meta speaks of.
    const [meta, entries] = (await redis
      .multi()
      .hgetall(keys.listMeta(name))
      .lrange(keys.list(name), 0, limit - 1)
      .exec()) as [[null, Record<string, string>], [null, string[]]] // as Redis answers
    return { meta: meta[1], entries: entries[1] }
  }

  const isList = (name: string, { meta }: Read): boolean => {
    const parsed = LISTS.parse(name)
    return parsed && 'relatedTo' in parsed ? meta.version !== undefined : names().includes(name)
  }

  const urlOf = (request: Request): string => `${request.protocol}://${request.get('host') ?? ''}${request.originalUrl}`

  const bodyOf = (format: Format, name: string, found: Read, request: Request): string => {
    if (format === 'json') return inert(asJson(name, found))
    const feed: FeedOf = {
      list: name,
      generatedAt: found.meta.generatedAt ?? null,
      entries: found.entries.map(json => JSON.parse(json) as Entry), // written by the publisher
      url: urlOf(request),
    }
    return format === 'rss' ? rss(feed) : inert(jsonFeed(feed))
  }

  const answer = (format: Format) => async (request: Request<{ name: string }>, response: Response) => {
    const { name } = request.params
    const limit = limitOf(request as unknown as Request)
    if (limit === null) {
      response
        .status(400)
        .json({ error: `limit ${JSON.stringify(request.query.limit)} is no number from 1 to ${MOST}` })
      return
    }
    const found = await read(name, limit)
    if (!isList(name, found)) {
      response.status(404).json({ error: `no list ${JSON.stringify(name.slice(0, 100))}; GET /v1/lists names them` })
      return
    }
    const { version = '0', hash = '' } = found.meta
    const etag = `"${version}-${hash}-${limit}-${format}"`
    response.set({ etag, 'cache-control': `public, max-age=${FRESH}`, 'content-type': TYPES[format] })
    if (found.meta.generatedAt) response.set('last-modified', new Date(found.meta.generatedAt).toUTCString())
    if (matches(request.get('if-none-match'), etag)) response.status(304).end()
    else response.send(Buffer.from(bodyOf(format, name, found, request as unknown as Request)))
  }

  router.get('/', async (_request, response) => {
    const lists = names()
    const metas = await Promise.all(
      lists.map(name => redis.hmget(keys.listMeta(name), 'version', 'generatedAt', 'count')),
    )
    response.set('cache-control', `public, max-age=${FRESH}`).json({
      lists: lists.map((list, index) => {
        const [version, generatedAt, count] = metas[index] ?? []
        return { list, version: Number(version ?? 0), generatedAt: generatedAt ?? null, count: Number(count ?? 0) }
      }),
    })
  })
  router.get('/:name', answer('json'))
  router.get('/:name/rss', answer('rss'))
  router.get('/:name/feed.json', answer('feed.json'))
  return router
}
