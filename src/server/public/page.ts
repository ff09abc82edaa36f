/**
 * `GET /v1/page`: all panels of a page in one answer, the same as `page()` of newsdesk/client returns; on request, no
 * story appears twice. Reads published lists and hashes of articles only.
 */

import { createHash } from 'node:crypto'
import { type Request, Router } from 'express'
import type { Redis } from 'ioredis'
import { fillPage, type ListReading, type Place, planReadings } from '../../domain/page.ts'
import { parseArticle } from '../../domain/published-article.ts'
import { LISTS } from '../../lists/registry.ts'
import type { Keys } from '../../redis/keys.ts'
import { escapeTags, sendCached } from './cached-answer.ts'

export interface PageRouteParts {
  readonly redis: Redis
  readonly keys: Keys
  /** Every list except related lists. */
  readonly names: () => readonly string[]
}

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100
const MAX_PLACES = 20
const FORM = 'lists=latest:world:6,most-read:week:12,must-reads'

interface PageWanted {
  readonly places: readonly Place[]
  readonly article: string | null
  readonly unique: boolean
  readonly skipSame: boolean
}

/** A wrong request: the message says what is wrong, where, and what would be right, and is sent as the answer. */
class PageMistake extends Error {
  override name = 'PageMistake'
  readonly status = 400
}

const quote = (value: unknown): string => JSON.stringify(value).slice(0, 100)

const isList = (name: string, names: readonly string[]): boolean => {
  const parsed = LISTS.parse(name)
  return names.includes(name) || (parsed !== null && 'relatedTo' in parsed)
}

/** `<list>[:<limit>[:repeat]]`. Names of lists have colons too, but none ends with a number of so few digits. */
const splitPlace = (written: string) => {
  const [, list = '', limit, repeat] = /^(.*?)(?::(\d{1,4})(:repeat)?)?$/s.exec(written) ?? []
  return { list, limit, repeat }
}

const parsePlace = (written: string, index: number, names: readonly string[]): Place => {
  const { list, limit, repeat } = splitPlace(written)
  const where = `lists, number ${index + 1}, ${quote(written)}`
  if (!isList(list, names))
    throw new PageMistake(`${where}: no list ${quote(list)}; GET /v1/lists lists all, and related:<article> are others`)
  const entries = limit === undefined ? DEFAULT_LIMIT : Number(limit)
  if (entries < 1 || entries > MAX_LIMIT)
    throw new PageMistake(`${where}: ${limit} is not a number of entries from 1 to ${MAX_LIMIT}`)
  return { list, limit: entries, repeat: repeat !== undefined }
}

const parsePlaces = (written: unknown, names: readonly string[]): Place[] => {
  if (typeof written !== 'string' || written === '')
    throw new PageMistake(`lists ${written === undefined ? 'is missing' : quote(written)}: write ${FORM}`)
  const parts = written.split(',')
  if (parts.length > MAX_PLACES)
    throw new PageMistake(`lists names ${parts.length} lists: ask for at most ${MAX_PLACES} at once`)
  return parts.map((part, index) => parsePlace(part, index, names))
}

const parseSwitch = (name: string, written: unknown): boolean => {
  if (written === undefined || written === '0') return false
  if (written === '1') return true
  throw new PageMistake(`${name} ${quote(written)}: write ${name}=1 or leave it out`)
}

const parseArticleId = (written: unknown): string | null => {
  if (written === undefined) return null
  if (typeof written === 'string' && /^[0-9a-f]{16}$/.test(written)) return written
  throw new PageMistake(`article ${quote(written)} is not the id of an article: 16 of 0-9 and a-f`)
}

/** @throws PageMistake */
const parseWanted = ({ query }: Request, names: readonly string[]): PageWanted => ({
  places: parsePlaces(query.lists, names),
  article: parseArticleId(query.article),
  unique: parseSwitch('unique', query.unique),
  skipSame: parseSwitch('skipSame', query.skipSame),
})

export const pageRoute = ({ redis, keys, names }: PageRouteParts): Router => {
  const router = Router()

  const readList = async (name: string, length: number, skipSame: boolean): Promise<[string, ListReading]> => {
    const [entries, covers] = await Promise.all([
      redis.lrange(keys.list(name), 0, length - 1),
      skipSame ? redis.hget(keys.listMeta(name), 'covers') : null,
    ])
    return [name, { entries, covers }]
  }

  /** In one round trip: all commands are sent before the first is answered. */
  const readPage = async ({ places, article: id, unique, skipSame }: PageWanted) => {
    const lengths = [...planReadings(places, unique)]
    const [hash, ...readings] = await Promise.all([
      id === null ? {} : redis.hgetall(keys.article(id)),
      ...lengths.map(([name, length]) => readList(name, length, skipSame)),
    ])
    const article = parseArticle(hash)
    return { article, panels: fillPage({ places, readings: new Map(readings), article, unique, skipSame }) }
  }

  /** Configured lists, and of those asked for the ones that are configured no longer and were not deleted yet. */
  const findStanding = async ({ lists }: Request['query']): Promise<readonly string[]> => {
    const configured = names()
    const others = (typeof lists === 'string' ? lists.split(',', MAX_PLACES) : [])
      .map(place => splitPlace(place).list)
      .filter(list => !isList(list, configured) && LISTS.parse(list) !== null)
    const stands = await Promise.all(others.map(list => redis.hexists(keys.listMeta(list), 'retiresAt')))
    return [...configured, ...others.filter((_, index) => stands[index] === 1)]
  }

  router.get('/', async (request, response) => {
    const page = await readPage(parseWanted(request, await findStanding(request.query)))
    const body = escapeTags(JSON.stringify(page))
    sendCached(request, response, {
      etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      type: 'application/json; charset=utf-8',
      body: () => body,
    })
  })
  return router
}
