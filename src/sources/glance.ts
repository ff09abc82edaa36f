/**
 * All sources at a glance: the few facts one sorts and filters by, kept in the memory of the process that shows them, so that a page over
 * ten thousand sources reads only what changed. Every fetch moves its source in the due set: whoever stands there where it stood is as it
 * was. What changes without moving is read again within minutes. Reads only.
 */

import type { Redis } from 'ioredis'
import { withoutCredentials } from '../feed/redact.ts'
import type { Keys } from '../redis/keys.ts'
import { readDaily } from './daily.ts'
import type { Source, SourceId } from './source.ts'
import { parseState, type SourceState } from './state.ts'

export interface Glance
  extends Pick<SourceState, 'status' | 'lastFetchAt' | 'nextAt' | 'silentSince' | 'failures' | 'lastError'> {
  /** As people may see it: its address without what opens a door. Whoever searches would else find that out letter by letter. */
  readonly source: Source
  /** New items of the last seven days, today's included. */
  readonly week: number
}

export interface GlanceParts {
  readonly redis: Redis
  readonly keys: Keys
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
  'silentSince',
  'daily',
] as const
/** ms after which a source is read again that did not move. */
const STALE = 60_000
/** How many of those in one look: the others follow with the next. */
const MOST_STALE = 500
/** ms within which a look is as good as a new one: a page and its pictures are one. */
const FRESH = 500

interface Read {
  readonly state: SourceState
  readonly week: number
  readonly readAt: number
  readonly score: string | undefined
}

/** @returns looks at all sources of the catalogue, in its order */
export const createGlance = ({ redis, keys, catalogue, now }: GlanceParts): (() => Promise<readonly Glance[]>) => {
  const known = new Map<SourceId, Read>()
  const shown = new WeakMap<Source, Source>()
  const shownOf = (source: Source): Source => {
    const before = shown.get(source)
    if (before) return before
    const made = { ...source, url: withoutCredentials(source.url) }
    shown.set(source, made)
    return made
  }
  let latest: {
    readonly at: number
    readonly of: readonly Source[]
    readonly seen: Promise<readonly Glance[]>
  } | null = null

  const scores = async (): Promise<Map<string, string>> => {
    const flat = await redis.zrange(keys.due(), 0, '-1', 'WITHSCORES')
    const by = new Map<string, string>()
    for (let at = 0; at < flat.length; at += 2) by.set(flat[at] ?? '', flat[at + 1] ?? '')
    return by
  }

  const look = async (list: readonly Source[]): Promise<readonly Glance[]> => {
    const at = now()
    const due = await scores()
    const stale: SourceId[] = []
    const wanted = list.flatMap(({ id }) => {
      const before = known.get(id)
      if (before === undefined || before.score !== due.get(id)) return [id]
      if (Math.abs(at - before.readAt) > STALE && stale.length < MOST_STALE) stale.push(id)
      return []
    })
    wanted.push(...stale)
    const read = await Promise.all(wanted.map(id => redis.hmget(keys.source(id), ...FIELDS)))
    for (const [index, id] of wanted.entries()) {
      const values = read[index] ?? []
      const hash: Record<string, string> = {}
      for (const [place, field] of FIELDS.entries()) {
        const value = values[place]
        if (value) hash[field] = value
      }
      const week = readDaily(hash.daily ?? '', at, 7).reduce((sum, items) => sum + items, 0)
      known.set(id, { state: parseState(hash), week, readAt: at, score: due.get(id) })
    }
    if (known.size > list.length) {
      const wantedIds = new Set(list.map(({ id }) => id))
      for (const id of known.keys()) if (!wantedIds.has(id)) known.delete(id)
    }
    return list.flatMap(source => {
      const { state, week } = known.get(source.id) ?? {}
      if (!state || week === undefined) return []
      const { status, lastFetchAt, nextAt, silentSince, failures, lastError } = state
      return [{ source: shownOf(source), status, lastFetchAt, nextAt, silentSince, failures, lastError, week }]
    })
  }

  return () => {
    const list = catalogue()
    const isFresh = latest !== null && latest.of === list && Math.abs(now() - latest.at) < FRESH
    if (!isFresh || latest === null) {
      const seen = look(list)
      latest = { at: now(), of: list, seen }
      // What failed is not kept: the next who asks looks again.
      seen.catch(() => {
        if (latest?.seen === seen) latest = null
      })
    }
    return latest.seen
  }
}
