/**
 * `GET /v1/lists`: published lists for readers without Redis, as JSON, RSS or JSON Feed, with ETag. Reads published
 * lists only; texts are plain text, never markup.
 */

import { type Request, type Response, Router } from 'express'
import type { Redis } from 'ioredis'
import type { Entry } from '../../domain/entry.ts'
import { type FeedContent, jsonFeed, rss } from '../../lists/feed-output.ts'
import { LISTS } from '../../lists/registry.ts'
import type { Keys } from '../../redis/keys.ts'
import { CACHED, escapeTags, sendCached } from './cached-answer.ts'

export interface ListsRouteParts {
  readonly redis: Redis
  readonly keys: Keys
  /** Every list except related lists. */
  readonly names: () => readonly string[]
}

const MAX_LIMIT = 1_000

type ListFormat = 'json' | 'rss' | 'feed.json'
const TYPES: Readonly<Record<ListFormat, string>> = {
  json: 'application/json; charset=utf-8',
  rss: 'application/rss+xml; charset=utf-8',
  'feed.json': 'application/feed+json; charset=utf-8',
}

/** A list and its metadata, as of one moment. */
interface ListSnapshot {
  readonly meta: Readonly<Record<string, string>>
  readonly entries: readonly string[]
}

const parseLimit = (request: Request): number | null => {
  const written = request.query.limit
  if (written === undefined) return MAX_LIMIT
  const limit = typeof written === 'string' && /^\d{1,4}$/.test(written) ? Number(written) : 0
  return limit >= 1 && limit <= MAX_LIMIT ? limit : null
}

const formatJson = (name: string, { meta, entries }: ListSnapshot): string => {
  const about = {
    list: name,
    version: Number(meta.version ?? 0),
    generatedAt: meta.generatedAt ?? null,
    window: meta.window || null,
    fallback: meta.fallback || null,
    stale: meta.stale === '1',
    covers: meta.covers || null,
    ...(meta.retiresAt ? { retiresAt: meta.retiresAt } : {}),
  }
  // Entries are stored as JSON.
  return `${JSON.stringify(about).slice(0, -1)},"entries":[${entries.join(',')}]}`
}

export const listsRoute = ({ redis, keys, names }: ListsRouteParts): Router => {
  const router = Router()

  const read = async (name: string, limit: number): Promise<ListSnapshot> => {
    // One slot and one transaction: the metadata belongs to these entries.
    const [meta, entries] = (await redis
      .multi()
      .hgetall(keys.listMeta(name))
      .lrange(keys.list(name), 0, limit - 1)
      .exec()) as [[null, Record<string, string>], [null, string[]]] // as Redis answers
    return { meta: meta[1], entries: entries[1] }
  }

  const isList = (name: string, { meta }: ListSnapshot): boolean => {
    const parsed = LISTS.parse(name)
    if (parsed && 'relatedTo' in parsed) return meta.version !== undefined
    return names().includes(name) || (parsed !== null && meta.retiresAt !== undefined)
  }

  const requestUrl = (request: Request): string =>
    `${request.protocol}://${request.get('host') ?? ''}${request.originalUrl}`

  const formatBody = (format: ListFormat, name: string, found: ListSnapshot, request: Request): string => {
    if (format === 'json') return escapeTags(formatJson(name, found))
    const feed: FeedContent = {
      list: name,
      generatedAt: found.meta.generatedAt ?? null,
      entries: found.entries.map(json => JSON.parse(json) as Entry), // written by the publisher
      url: requestUrl(request),
    }
    return format === 'rss' ? rss(feed) : escapeTags(jsonFeed(feed))
  }

  const answer = (format: ListFormat) => async (request: Request<{ name: string }>, response: Response) => {
    const { name } = request.params
    const limit = parseLimit(request as unknown as Request)
    if (limit === null) {
      response
        .status(400)
        .json({ error: `limit ${JSON.stringify(request.query.limit)} is not a number from 1 to ${MAX_LIMIT}` })
      return
    }
    const found = await read(name, limit)
    if (!isList(name, found)) {
      response.status(404).json({ error: `no list ${JSON.stringify(name.slice(0, 100))}; GET /v1/lists lists all` })
      return
    }
    const { version = '0', hash = '' } = found.meta
    const etag = `"${version}-${hash}-${limit}-${format}"`
    if (found.meta.generatedAt) response.set('last-modified', new Date(found.meta.generatedAt).toUTCString())
    const body = () => formatBody(format, name, found, request as unknown as Request)
    sendCached(request as unknown as Request, response, { etag, type: TYPES[format], body })
  }

  router.get('/', async (_request, response) => {
    const lists = names()
    const metas = await Promise.all(
      lists.map(name => redis.hmget(keys.listMeta(name), 'version', 'generatedAt', 'count')),
    )
    response.set('cache-control', CACHED).json({
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
