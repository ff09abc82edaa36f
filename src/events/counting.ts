/** Counts batches: loads the day keys, resolves articles and runs count.lua. Shared by the counter and by replay. */

import type { EventSettings } from '../config/sections/events.ts'
import type { ArticleId } from '../domain/article.ts'
import { EVENT_KINDS } from '../domain/counts.ts'
import { EVENT_KIND_TABLE } from '../domain/event-kinds.ts'
import { decayParts, LANDMARK, ROLLING } from '../domain/window.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import { pack } from '../util/message-pack.ts'
import { collectDays, type Judged, judge, packBatch, packRefused, type StreamEntry, splitRuns } from './batch.ts'
import { createCachedAsks } from './cached-asks.ts'
import { createArticleResolver, type KnownArticles } from './known-articles.ts'
import { createDayKeys, type DayKey, getDayNumber, keyedHash } from './visitor.ts'

const countScript = loadScript(new URL('./count.lua', import.meta.url))
const rotateScript = loadScript(new URL('./rotate.lua', import.meta.url))
const decayScript = loadScript(new URL('./decay.lua', import.meta.url))

export const GROUP = 'counter'
/** Articles in the decayed window. */
const MAX_NOW = 10_000
/** Buckets of a window that cross its edge in one call. */
const MAX_CROSSING = 24

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

export interface CountingParts extends Store {
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

const collectViews = (read: readonly Judged[], days: ReadonlyMap<number, DayKey>): ViewBy[] =>
  read.flatMap(({ event: { kind, does, article, visitor, at } }) => {
    const key = days.get(getDayNumber(at))
    if (does !== 'add' || !EVENT_KIND_TABLE[kind].isReading || key === undefined) return []
    return { article, visitor, hash: () => keyedHash(key, visitor), at }
  })

export const createCounting = ({ redis, keys, archive, settings, onRead }: CountingParts): Counting => {
  const stream = keys.events()
  const dayKeys = createDayKeys({ redis, keys })
  const resolve = createArticleResolver(archive)
  const readAsks = createCachedAsks({ redis, keys, readers: () => settings().readers })

  const readDayKeys = async (days: ReadonlySet<number>): Promise<ReadonlyMap<number, DayKey>> =>
    new Map(await Promise.all([...days].map(async day => [day, await dayKeys.of(day)] as const)))

  const decay = async (base: string, now: number): Promise<void> => {
    const { halfLife } = settings()
    const parts = pack(decayParts(now, halfLife).map(part => [part.window, part.width, part.first, part.last]))
    for (const kind of EVENT_KINDS)
      await runScript(redis, decayScript, [stream], [base, kind, halfLife, LANDMARK, MAX_NOW, parts])
    await redis.hset(`${base}marks`, 'halfLife', halfLife)
  }

  return {
    decay,

    async count(entries, { base, group, now, from }) {
      const { dedupWindow, halfLife, maxLateness, perMinute, perNetwork, networkSpan } = settings()
      const { asks, bareOf } = await readAsks()
      const { read, refused } = judge(entries, maxLateness, asks, now)
      const resolved = await resolve(read, refused, bareOf, now)
      const dayKeysByDay = await readDayKeys(collectDays(resolved, dedupWindow))
      const notified = onRead?.(collectViews(resolved, dayKeysByDay)).catch(() => undefined)
      const latest = resolved.reduce((most, { addedAt }) => Math.max(most, addedAt), 0)
      const settled = [dedupWindow, halfLife, LANDMARK, MAX_NOW, perMinute, from, latest, perNetwork, networkSpan]
      let counted = 0
      // Mostly one; several where events take something back or set a total, each atomic with its acknowledgement.
      const [first = [], ...others] = splitRuns(resolved)
      for (const [index, run] of [first, ...others].entries()) {
        const packed = packBatch(run, { dedupWindow, networkSpan }, dayKeysByDay)
        const refusedNow = packRefused(index === 0 ? refused : [])
        const does = run[0]?.event.does ?? 'add'
        const args = [base, group, now, pack(settled), rollingPacked, packed, refusedNow, kindsPacked, does]
        counted += Number(await runScript(redis, countScript, [stream], args))
      }
      await notified
      return { counted, latest }
    },

    async rotate(base, now) {
      let isMoved = false
      for (;;) {
        const answer = await runScript(
          redis,
          rotateScript,
          [stream],
          [base, now, rollingPacked, MAX_CROSSING, kindsPacked],
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
