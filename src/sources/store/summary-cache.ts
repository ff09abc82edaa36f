/**
 * Source summary cache: the fields that the admin UI sorts and filters by, kept in memory so that a page over ten
 * thousand sources reads only what changed. Every fetch changes the score of its source in the due set, so a source
 * with the same score is unchanged. Changes that leave the score alone are read within minutes. Never writes.
 */

import type { Source, SourceId } from '../../domain/source.ts'
import type { Store } from '../../redis/store.ts'
import { toPairs } from '../../util/pairs.ts'
import { chunk } from '../../util/slices.ts'
import { readDaily } from '../state/daily.ts'
import { shownSource } from '../state/public-view.ts'
import { parseState, type SourceState } from '../state/state.ts'

export interface SourceSummary
  extends Pick<
    SourceState,
    'status' | 'lastFetchAt' | 'nextAt' | 'stalledSince' | 'failures' | 'lastError' | 'places' | 'refusals'
  > {
  /** As people may see it: its address without credentials, which a search could otherwise reveal letter by letter. */
  readonly source: Source
  /** New items of the last seven days, today's included. */
  readonly week: number
}

export interface SummaryCacheParts extends Store {
  readonly catalogue: () => readonly Source[]
  /** ms since the epoch. */
  readonly now: () => number
}

const FIELDS = [
  'failures',
  'lastSuccessAt',
  'lastFetchAt',
  'nextAt',
  'retiredAt',
  'errorReason',
  'errorAt',
  'stalledSince',
  'daily',
  'places',
  'refusals',
  'newItems',
] as const
/** ms after which a source with an unchanged score is read again. */
const STALE = 60_000
/** How many of those are read at a time; the others follow with the next read. */
const MAX_STALE = 500
/** ms for which a result is reused, so that a page and its charts share one. */
const FRESH = 500

/** Reads in flight at a time, since the process has other work. */
const AT_ONCE = 500

interface Read {
  /** The same object until it is read again: ten thousand new ones per call would keep the garbage collector busy. */
  readonly summary: SourceSummary
  readonly readAt: number
  readonly score: string | undefined
}

/** @returns a function that returns the summaries of all sources, in the order of the catalogue */
export const createSummaryCache = ({
  redis,
  keys,
  catalogue,
  now,
}: SummaryCacheParts): (() => Promise<readonly SourceSummary[]>) => {
  const known = new Map<SourceId, Read>()
  const shown = new WeakMap<Source, Source>()
  const showSource = (source: Source): Source => {
    const before = shown.get(source)
    if (before) return before
    const made = shownSource(source)
    shown.set(source, made)
    return made
  }
  let latest: {
    readonly at: number
    readonly of: readonly Source[]
    readonly seen: Promise<readonly SourceSummary[]>
  } | null = null

  const readAll = async (wanted: readonly Source[], at: number, due: ReadonlyMap<string, string>): Promise<void> => {
    const read = await Promise.all(wanted.map(({ id }) => redis.hmget(keys.source(id), ...FIELDS)))
    for (const [index, source] of wanted.entries()) {
      const values = read[index] ?? []
      const hash: Record<string, string> = {}
      for (const [place, field] of FIELDS.entries()) {
        const value = values[place]
        if (value) hash[field] = value
      }
      const { status, lastFetchAt, nextAt, stalledSince, failures, lastError, places, refusals } = parseState(hash)
      const week = readDaily(hash.daily ?? '', at, 7).reduce((sum, items) => sum + items, 0)
      const summary = {
        source: showSource(source),
        status,
        lastFetchAt,
        nextAt,
        stalledSince,
        failures,
        lastError,
        places,
        refusals,
        week,
      }
      known.set(source.id, { summary, readAt: at, score: due.get(source.id) })
    }
  }

  const look = async (list: readonly Source[]): Promise<readonly SourceSummary[]> => {
    const at = now()
    const due = new Map(toPairs(await redis.zrange(keys.due(), 0, '-1', 'WITHSCORES')))
    const wanted: Source[] = []
    const stale: Source[] = []
    for (const source of list) {
      const before = known.get(source.id)
      if (before === undefined || before.score !== due.get(source.id)) wanted.push(source)
      else {
        // Only the catalogue changed, such as by pausing the source: the state that was read stays.
        if (before.summary.source !== showSource(source))
          known.set(source.id, { ...before, summary: { ...before.summary, source: showSource(source) } })
        if (Math.abs(at - before.readAt) > STALE && stale.length < MAX_STALE) stale.push(source)
      }
    }
    wanted.push(...stale)
    for (const some of chunk(wanted, AT_ONCE)) await readAll(some, at, due)
    if (known.size > list.length) {
      const wantedIds = new Set(list.map(({ id }) => id))
      for (const id of known.keys()) if (!wantedIds.has(id)) known.delete(id)
    }
    return list.flatMap(source => known.get(source.id)?.summary ?? [])
  }

  return () => {
    const list = catalogue()
    const isFresh = latest !== null && latest.of === list && Math.abs(now() - latest.at) < FRESH
    if (!isFresh || latest === null) {
      const seen = look(list)
      latest = { at: now(), of: list, seen }
      // A failed read is not cached: the next call reads again.
      seen.catch(() => {
        if (latest?.seen === seen) latest = null
      })
    }
    return latest.seen
  }
}
