/**
 * `GET /v1/page`: all panels of a page in one answer, the same as `page()` of newsdesk/client returns; on request, no
 * story appears twice. Reads published lists and hashes of articles only.
 */

import { type Request, Router } from 'express'
import type { Redis } from 'ioredis'
import { fillPage, type ListReading, type Place, planReadings } from '../../domain/page.ts'
import { LISTS } from '../../lists/registry.ts'
import type { Keys } from '../../redis/keys.ts'
import { readArticle } from './articles.ts'
import { sendJson } from './cached-answer.ts'
import { parseArticleId, parseSwitch, QueryMistake, quote } from './query.ts'

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
  readonly content: boolean
  readonly unique: boolean
  readonly skipSame: boolean
}

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
    throw new QueryMistake(
      `${where}: no list ${quote(list)}; GET /v1/lists lists all, and related:<article> are others`,
    )
  const entries = limit === undefined ? DEFAULT_LIMIT : Number(limit)
  if (entries < 1 || entries > MAX_LIMIT)
    throw new QueryMistake(`${where}: ${limit} is not a number of entries from 1 to ${MAX_LIMIT}`)
  return { list, limit: entries, repeat: repeat !== undefined }
}

const parsePlaces = (written: unknown, names: readonly string[]): Place[] => {
  if (typeof written !== 'string' || written === '')
    throw new QueryMistake(`lists ${written === undefined ? 'is missing' : quote(written)}: write ${FORM}`)
  const parts = written.split(',')
  if (parts.length > MAX_PLACES)
    throw new QueryMistake(`lists names ${parts.length} lists: ask for at most ${MAX_PLACES} at once`)
  return parts.map((part, index) => parsePlace(part, index, names))
}

/** @throws QueryMistake */
const parseWanted = ({ query }: Request, names: readonly string[]): PageWanted => ({
  places: parsePlaces(query.lists, names),
  article: query.article === undefined ? null : parseArticleId(query.article),
  content: parseSwitch('content', query.content),
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
  const readPage = async ({ places, article: id, content, unique, skipSame }: PageWanted) => {
    const lengths = [...planReadings(places, unique)]
    const [article, ...readings] = await Promise.all([
      id === null ? null : readArticle({ redis, keys }, id, content),
      ...lengths.map(([name, length]) => readList(name, length, skipSame)),
    ])
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
    sendJson(request, response, await readPage(parseWanted(request, await findStanding(request.query))))
  })
  return router
}
