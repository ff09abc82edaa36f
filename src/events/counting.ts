/** Counts batches: loads the day keys, resolves articles and runs count.lua. Shared by the counter and by replay. */

import type { Redis } from 'ioredis'
import { createParameterStore, type ParameterStore } from '../articles/parameters/parameter-store.ts'
import type { ArticleStore } from '../articles/store.ts'
import type { EventSettings } from '../config/sections/events.ts'
import type { ArticleId } from '../domain/article.ts'
import { EVENT_KINDS } from '../domain/counts.ts'
import { EVENT_KIND_TABLE } from '../domain/event-kinds.ts'
import { decayParts, LANDMARK, ROLLING } from '../domain/window.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { createLruCache } from '../util/lru.ts'
import { pack } from '../util/message-pack.ts'
import {
  collectDays,
  type Judged,
  judge,
  packBatch,
  packRefused,
  type RefusedEntry,
  type StreamEntry,
} from './batch.ts'
import { type Asks, parseArticleId, parseBareId } from './event.ts'
import { robotsBut } from './robots.ts'
import { createDayKeys, type DayKey, getDayNumber, keyedHash } from './visitor.ts'

const countScript = loadScript(new URL('./count.lua', import.meta.url))
const rotateScript = loadScript(new URL('./rotate.lua', import.meta.url))
const decayScript = loadScript(new URL('./decay.lua', import.meta.url))

export const GROUP = 'counter'
const MOST_NOW = 10_000
/** Most buckets of a window that cross its edge in one call. */
const MOST_CROSSING = 24
/** How long a resolved article id is cached, ms: the article may be merged into another. */
const KNOWN_FOR = 30_000
/** Cache size, for each of articles, URLs and user agents. */
const MOST_REMEMBERED = 20_000

export interface CountOptions {
  /** Prefix of the keys counted into: the stream's own, or that of a replay. */
  readonly base: string
  /** Consumer group to acknowledge in; '' acknowledges nothing and counts no refusals. */
  readonly group: string
  /** ms since the epoch. */
  readonly now: number
  /** Earlier events are remembered as seen but not counted, ms. */
  readonly from: number
}

export interface Counting {
  /** @returns how many events counted, and when the latest of them was added, ms */
  count(entries: readonly StreamEntry[], options: CountOptions): Promise<{ counted: number; latest: number }>
  /** Moves rolling windows to `now`, and rebuilds the decayed window if its half-life changed. */
  rotate(base: string, now: number): Promise<void>
  /** Rebuilds the decayed window from buckets. */
  decay(base: string, now: number): Promise<void>
}

/** Where articles are looked up; without `resolveBare`, by their ids only. */
export type KnownArticles = Pick<ArticleStore, 'resolve'> & Partial<Pick<ArticleStore, 'resolveBare'>>

export interface CountingParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly archive: KnownArticles
  readonly settings: () => EventSettings
  /**
   * Called with views that may count, to learn what visitors read together. If it fails it is not called again for
   * them, and counting continues.
   */
  readonly onRead?: ((reads: readonly ViewBy[]) => Promise<void>) | undefined
}

/** A view, before it is known whether it counts. */
export interface ViewBy {
  readonly article: ArticleId
  /** As reported: must never be stored. */
  readonly visitor: string
  /** What may be stored of the visitor: a hash under the day's key. */
  readonly hash: () => string
  /** When it was read, ms since the epoch. */
  readonly at: number
}

const kindsPacked = pack(EVENT_KINDS)
const rollingPacked = pack(ROLLING.map(({ window, width, buckets }) => [window, width, buckets]))

/** Looks articles up and caches those found. */
const createKnown = (archive: Pick<ArticleStore, 'resolve'>) => {
  const known = createLruCache<ArticleId, { readonly id: ArticleId; readonly until: number }>(MOST_REMEMBERED)
  return async (ids: ReadonlySet<ArticleId>, now: number): Promise<ReadonlyMap<ArticleId, ArticleId>> => {
    const found = new Map<ArticleId, ArticleId>()
    const unresolved: ArticleId[] = []
    for (const id of ids) {
      const cached = known.get(id)
      if (cached && cached.until > now && cached.until <= now + KNOWN_FOR) found.set(id, cached.id)
      else unresolved.push(id)
    }
    const resolved = unresolved.length > 0 ? await archive.resolve(unresolved) : []
    for (const [index, id] of unresolved.entries()) {
      const became = resolved[index]
      if (!became) continue
      found.set(id, became)
      known.set(id, { id: became, until: now + KNOWN_FOR })
    }
    return found
  }
}

/** How often parameters learnt by other processes are loaded, ms. */
const REFRESH_EVERY = 1_000

/**
 * Caches lookups: the same articles and user agents occur by the thousand.
 * @param readers of the current settings; a reload may change them
 * @returns also `bareOf`: the id of an article's URL without doubtful parameters, if it differs; the article may be
 * stored under it
 */
const rememberingAsks = ({ keeps }: Pick<ParameterStore, 'keeps'>, readers: () => readonly string[]) => {
  const bare = createLruCache<ArticleId, ArticleId>(MOST_REMEMBERED)
  const articles = createLruCache<string, { readonly id: ArticleId | null }>(MOST_REMEMBERED)
  const robots = createLruCache<string, boolean>(MOST_REMEMBERED)
  let own = readers()
  let isRobot = robotsBut(own)
  const asks: Asks = {
    parseArticleId(written) {
      const cached = articles.get(written)
      if (cached) return cached.id
      const id = parseArticleId(written, keeps)
      articles.set(written, { id })
      const other = id === null || id === written ? null : parseBareId(written, keeps)
      if (id !== null && other !== null) bare.set(id, other)
      return id
    },
    isRobot(ua) {
      if (own !== readers()) {
        own = readers()
        isRobot = robotsBut(own)
        robots.clear()
      }
      const cached = robots.get(ua)
      if (cached !== undefined) return cached
      const is = isRobot(ua)
      robots.set(ua, is)
      return is
    },
  }
  return { asks, bareOf: (id: ArticleId): ArticleId | undefined => bare.get(id) }
}

const collectViews = (read: readonly Judged[], days: ReadonlyMap<number, DayKey>): ViewBy[] =>
  read.flatMap(({ event: { kind, article, visitor, at } }) => {
    const key = days.get(getDayNumber(at))
    if (!EVENT_KIND_TABLE[kind].isReading || key === undefined) return []
    return { article, visitor, hash: () => keyedHash(key, visitor), at }
  })

export const createCounting = ({ redis, keys, archive, settings, onRead }: CountingParts): Counting => {
  const stream = keys.events()
  const dayKeys = createDayKeys({ redis, keys })
  const resolveKnown = createKnown(archive)
  const urls = createParameterStore({ redis, keys })
  const readers = () => settings().readers
  let { asks, bareOf } = rememberingAsks(urls, readers)

  /** Drops cached URLs after more parameters were learnt. */
  const refreshUrls = async (): Promise<void> => {
    const before = urls.version()
    await urls.refresh(REFRESH_EVERY)
    if (urls.version() !== before) ({ asks, bareOf } = rememberingAsks(urls, readers))
  }

  const readDayKeys = async (days: ReadonlySet<number>): Promise<ReadonlyMap<number, DayKey>> =>
    new Map(await Promise.all([...days].map(async day => [day, await dayKeys.of(day)] as const)))

  /** Adds articles that are stored under their URL without doubtful parameters. */
  const withBare = async (
    known: ReadonlyMap<ArticleId, ArticleId>,
    ids: ReadonlySet<ArticleId>,
  ): Promise<ReadonlyMap<ArticleId, ArticleId>> => {
    if (known.size === ids.size) return known
    const open = [...ids].flatMap(id => {
      const bare = known.has(id) ? undefined : bareOf(id)
      return bare === undefined ? [] : [[id, bare] as const]
    })
    if (open.length === 0 || !archive.resolveBare) return known
    const found = await archive.resolveBare(open.map(([, bare]) => bare))
    const all = new Map(known)
    for (const [index, [id]] of open.entries()) {
      const article = found[index]
      if (article) all.set(id, article)
    }
    return all
  }

  /** Maps events to the current ids of their articles; refuses those of unknown articles. */
  const resolve = async (read: readonly Judged[], refused: RefusedEntry[], now: number): Promise<Judged[]> => {
    const ids = new Set(read.map(({ event }) => event.article))
    const known = await withBare(await resolveKnown(ids, now), ids)
    const resolved: Judged[] = []
    for (const each of read) {
      const { entry, event } = each
      const article = known.get(event.article)
      if (article === undefined)
        refused.push({ entry, reason: 'unknown-article', detail: `no article ${event.article}` })
      else resolved.push(article === event.article ? each : { ...each, event: { ...event, article } })
    }
    return resolved
  }

  const decay = async (base: string, now: number): Promise<void> => {
    const { halfLife } = settings()
    const parts = pack(decayParts(now, halfLife).map(part => [part.window, part.width, part.first, part.last]))
    for (const kind of EVENT_KINDS)
      await runScript(redis, decayScript, [stream], [base, kind, halfLife, LANDMARK, MOST_NOW, parts])
    await redis.hset(`${base}marks`, 'halfLife', halfLife)
  }

  return {
    decay,

    async count(entries, { base, group, now, from }) {
      const { dedupWindow, halfLife, maxLateness, perMinute, perNetwork, networkSpan } = settings()
      await refreshUrls()
      const { read, refused } = judge(entries, maxLateness, asks, now)
      const resolved = await resolve(read, refused, now)
      const dayKeysByDay = await readDayKeys(collectDays(resolved, dedupWindow))
      const notified = onRead?.(collectViews(resolved, dayKeysByDay)).catch(() => undefined)
      const packed = packBatch(resolved, { dedupWindow, networkSpan }, dayKeysByDay)
      const counted = await runScript(
        redis,
        countScript,
        [stream],
        [
          base,
          group,
          now,
          pack([dedupWindow, halfLife, LANDMARK, MOST_NOW, perMinute, from, packed.latest, perNetwork, networkSpan]),
          rollingPacked,
          packed.bytes,
          packRefused(refused),
          kindsPacked,
        ],
      )
      await notified
      return { counted: Number(counted), latest: packed.latest }
    },

    async rotate(base, now) {
      let isMoved = false
      for (;;) {
        const answer = await runScript(
          redis,
          rotateScript,
          [stream],
          [base, now, rollingPacked, MOST_CROSSING, kindsPacked],
        )
        const [more, moved] = answer as [number, number] // what the script returns
        isMoved ||= moved === 1
        if (more !== 1) break
      }
      // Events dated in the future got weights that are too high.
      if (isMoved) await decay(base, now)
      // Weights computed with different half-lives cannot be added.
      const halfLife = await redis.hget(`${base}marks`, 'halfLife')
      if (halfLife === null) await redis.hset(`${base}marks`, 'halfLife', settings().halfLife)
      else if (Number(halfLife) !== settings().halfLife) await decay(base, now)
    },
  }
}
