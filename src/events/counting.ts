/**
 * Counts batches: gets the day keys, resolves articles and runs the script that counts. Shared by the counter and by
 * replay.
 */

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
/** Maximum number of buckets that enter or leave a window in one call. */
const MOST_CROSSING = 24
/** ms for which a resolved article id is cached. Not longer, since an article may be merged into another. */
const KNOWN_FOR = 30_000
/** Maximum number of entries of each cache: article ids, URLs, user agents. */
const MOST_REMEMBERED = 20_000

export interface CountOptions {
  /** Prefix of the keys that are counted into: that of the stream, or that of a replay. */
  readonly base: string
  /** Consumer group in which entries are acknowledged. If empty, none is acknowledged, and refusals are not counted. */
  readonly group: string
  /** ms since the epoch. */
  readonly now: number
  /** ms since the epoch: events before are not counted, but remembered for de-duplication. */
  readonly from: number
}

export interface Counting {
  /** @returns the number of counted events, and when the latest of them was added to the stream, ms since the epoch */
  count(entries: readonly StreamEntry[], options: CountOptions): Promise<{ counted: number; latest: number }>
  /** Moves rolling windows to `now`, and recomputes the decayed window if its half-life was changed. */
  rotate(base: string, now: number): Promise<void>
  /** Computes the decayed window from buckets. */
  decay(base: string, now: number): Promise<void>
}

/** Looks up articles; without `resolveBare`, by their ids only. */
export type KnownArticles = Pick<ArticleStore, 'resolve'> & Partial<Pick<ArticleStore, 'resolveBare'>>

export interface CountingParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly archive: KnownArticles
  readonly settings: () => EventSettings
  /**
   * Called with views that may count, for visitors and co-views, which are estimates. If it fails, counting continues,
   * and it is not called again for these views.
   */
  readonly onRead?: ((reads: readonly ViewBy[]) => Promise<void>) | undefined
}

/** A view, before it is known whether it counts. */
export interface ViewBy {
  readonly article: ArticleId
  /** The visitor as reported. It must not be stored. */
  readonly visitor: string
  /** A hash of the visitor with the key of the day, which may be stored. */
  readonly hash: () => string
  /** When it was read, ms since the epoch. */
  readonly at: number
}

const kindsPacked = pack(EVENT_KINDS)
const rollingPacked = pack(ROLLING.map(({ window, width, buckets }) => [window, width, buckets]))

/** Creates a function that looks up articles and caches those it found. */
const createKnown = (archive: Pick<ArticleStore, 'resolve'>) => {
  const known = createLruCache<ArticleId, { readonly id: ArticleId; readonly until: number }>(MOST_REMEMBERED)
  return async (ids: ReadonlySet<ArticleId>, now: number): Promise<ReadonlyMap<ArticleId, ArticleId>> => {
    const found = new Map<ArticleId, ArticleId>()
    const asked: ArticleId[] = []
    for (const id of ids) {
      const kept = known.get(id)
      if (kept && kept.until > now && kept.until <= now + KNOWN_FOR) found.set(id, kept.id)
      else asked.push(id)
    }
    const resolved = asked.length > 0 ? await archive.resolve(asked) : []
    for (const [index, id] of asked.entries()) {
      const became = resolved[index]
      if (!became) continue
      found.set(id, became)
      known.set(id, { id: became, until: now + KNOWN_FOR })
    }
    return found
  }
}

/** ms between two refreshes of the URL parameters that other processes have learnt. */
const REFRESH_EVERY = 1_000

/**
 * Caches how URLs and user agents are judged, since the same ones come by the thousand.
 * @param readers events.readers of the current settings; the cache of user agents is cleared when a reload changes it
 * @returns also a function that gives, for an article id, the id of its URL without doubtful parameters, if that is
 *          another: the article may be stored under that one
 */
const rememberingAsks = ({ keeps }: Pick<ParameterStore, 'keeps'>, readers: () => readonly string[]) => {
  const bare = createLruCache<ArticleId, ArticleId>(MOST_REMEMBERED)
  const articles = createLruCache<string, { readonly id: ArticleId | null }>(MOST_REMEMBERED)
  const robots = createLruCache<string, boolean>(MOST_REMEMBERED)
  let own = readers()
  let isRobot = robotsBut(own)
  const asks: Asks = {
    parseArticleId(written) {
      const kept = articles.get(written)
      if (kept) return kept.id
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
      const kept = robots.get(ua)
      if (kept !== undefined) return kept
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

  /** Drops cached URLs when more parameters were learnt. */
  const refreshUrls = async (): Promise<void> => {
    const before = urls.version()
    await urls.refresh(REFRESH_EVERY)
    if (urls.version() !== before) ({ asks, bareOf } = rememberingAsks(urls, readers))
  }

  const readDayKeys = async (days: ReadonlySet<number>): Promise<ReadonlyMap<number, DayKey>> =>
    new Map(await Promise.all([...days].map(async day => [day, await dayKeys.of(day)] as const)))

  /** Also looks up unknown articles under their URL without doubtful parameters. */
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
    const stands = await archive.resolveBare(open.map(([, bare]) => bare))
    const all = new Map(known)
    for (const [index, [id]] of open.entries()) {
      const article = stands[index]
      if (article) all.set(id, article)
    }
    return all
  }

  /**
   * Replaces article ids by current ones, since articles may have been merged. Events of unknown articles are refused.
   */
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
      const told = onRead?.(collectViews(resolved, dayKeysByDay)).catch(() => undefined)
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
      await told
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
      // Reads stamped in the future got weights that are too high.
      if (isMoved) await decay(base, now)
      // Weights of two half-lives cannot be added.
      const halfLife = await redis.hget(`${base}marks`, 'halfLife')
      if (halfLife === null) await redis.hset(`${base}marks`, 'halfLife', settings().halfLife)
      else if (Number(halfLife) !== settings().halfLife) await decay(base, now)
    },
  }
}
