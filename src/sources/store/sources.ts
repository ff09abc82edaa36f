/**
 * Sources in Redis: which exist, when each is due, what was seen of its feed, and the outcome of each fetch. Never
 * fetches anything and never decides what an article is.
 */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import type { Source, SourceId } from '../../domain/source.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'
import { createSeenItems, type SeenItems, type SeenItemsParts } from '../items/seen-items.ts'
import { createQuarantine, type Quarantine } from '../quarantine/quarantine.ts'
import { type Places, parsePlaces, selectPlaces, writePlaces } from '../state/places.ts'
import { parseItemHashes, parseState, type SourceState } from '../state/state.ts'
import { createDueSet, type DueSet } from './due-set.ts'
import { createFailureRecorder, type FailureRecorder } from './failures.ts'
import { createFetchLog, type FetchLog } from './fetch-log.ts'
import { createNotePoll } from './note-poll.ts'
import { createPageCounts, type PageCounts } from './page-counts.ts'
import { createScheduling, type Scheduling } from './scheduling.ts'
import { createSuccessRecorder, type SuccessRecorder } from './successes.ts'

const resetSeenScript = loadScript(new URL('../items/reset-seen.lua', import.meta.url))
const swapPlacesScript = loadScript(new URL('./swap-places.lua', import.meta.url))

/** What is known of sources between fetches. */
interface SourceStates {
  state(id: SourceId): Promise<SourceState>
  states(): Promise<ReadonlyMap<SourceId, SourceState>>
  /**
   * To be called before a fetch: if Redis has come back empty since, forgets the items seen, and returns the state
   * without its validators.
   */
  renewed(id: SourceId, state: SourceState): Promise<SourceState>
  /** Returns those of them whose latest fetch failed. */
  failing(ids: readonly SourceId[]): Promise<ReadonlySet<SourceId>>
  /** Hashes of ingested items as its feed wrote them: unchanged ones need not be parsed again. */
  itemHashes(id: SourceId): Promise<ReadonlySet<string>>
  /**
   * Sets until when push delivers what the source publishes, ms since the epoch; 0 if it does not. If push ends
   * early, the source is polled soon.
   */
  setPush(id: SourceId, until: number): Promise<void>
  /**
   * Changes the other domains that its feed may come from, atomically.
   * @param change called again if another process has changed them since they were read; gets those of the source's
   *               current address
   * @returns the places now stored
   */
  changePlaces(source: Source, change: (places: Places) => Places): Promise<Places>
}

export interface Sources
  extends SourceStates,
    SuccessRecorder,
    FailureRecorder,
    DueSet,
    FetchLog,
    SeenItems,
    PageCounts,
    Pick<Scheduling, 'rebalanceBudget' | 'fetchPrice'> {
  list(): readonly Source[]
  get(id: string): Source | undefined
  /** Like `get`, but also finds a source that another process has only just added. */
  find(id: string): Promise<Source | undefined>
  /** What could not be ingested, with the reasons. */
  readonly quarantine: Quarantine
  /** Deletes all that is known of a source that was removed. */
  forget(id: SourceId): Promise<void>
}

export interface SourcesParts extends Store {
  readonly catalogue: () => readonly Source[]
  /** Checks whether another process changed the catalogue. */
  readonly refresh?: () => Promise<unknown>
  readonly settings: () => CrawlSettings
  /** Token of the data set in Redis (src/maintenance/migrations/data-set.ts). */
  readonly dataSet?: () => string
  /** See `SeenItemsParts`. */
  readonly lost?: SeenItemsParts['lost']
  /** ms between polls while push works. */
  readonly safetyInterval?: () => number
  /** ms since the epoch. */
  readonly now: () => number
}

const createSourceStates = ({
  redis,
  keys,
  catalogue,
  settings,
  dataSet = () => '',
  now,
}: SourcesParts): SourceStates => {
  const state = async (id: SourceId): Promise<SourceState> => parseState(await redis.hgetall(keys.source(id)))
  return {
    state,

    async states() {
      return new Map(await Promise.all(catalogue().map(async ({ id }) => [id, await state(id)] as const)))
    },

    async renewed(id, known) {
      const token = dataSet()
      if (known.dataSet === token) return known
      await runScript(redis, resetSeenScript, [keys.source(id), keys.seen(id), keys.itemHashes(id)], [token])
      return { ...known, validators: null, dataSet: token }
    },

    async failing(ids) {
      const failures = await Promise.all(ids.map(id => redis.hget(keys.source(id), 'failures')))
      return new Set(ids.filter((_, index) => Number(failures[index] ?? 0) > 0))
    },

    async itemHashes(id) {
      return parseItemHashes(await redis.get(keys.itemHashes(id)))
    },

    async setPush(id, until) {
      const before = await state(id)
      if (before.pushUntil === until) return
      await redis.hset(keys.source(id), 'pushUntil', until)
      const soon = now() + Math.floor(Math.random() * settings().minInterval)
      // LT: never later than before. XX: not if the source was removed.
      if (before.pushUntil > now() && until <= now()) await redis.zadd(keys.due(), 'XX', 'LT', String(soon), id)
    },

    async changePlaces(source, change) {
      const key = keys.source(source.id)
      for (;;) {
        const read = (await redis.hget(key, 'places')) ?? ''
        const changed = change(selectPlaces(source, { places: parsePlaces(read) }))
        const written = writePlaces(changed)
        if (written === read || (await runScript(redis, swapPlacesScript, [key], [read, written])) === 1) return changed
      }
    },
  }
}

/** Finds sources of the catalogue by id, from a map that lasts until the catalogue changes. */
const createLookup = (catalogue: () => readonly Source[]) => {
  let indexed: readonly Source[] | null = null
  let byId = new Map<string, Source>()
  return (id: string): Source | undefined => {
    if (indexed !== catalogue()) {
      indexed = catalogue()
      byId = new Map(indexed.map(source => [source.id, source]))
    }
    return byId.get(id)
  }
}

export const createSources = (parts: SourcesParts): Sources => {
  const { redis, keys, catalogue, refresh, settings, lost, safetyInterval = () => 0, now } = parts
  const get = createLookup(catalogue)
  const states = createSourceStates(parts)
  const shared = {
    ...{ redis, keys, get, settings, safetyInterval, now },
    ...{ state: states.state, notePoll: createNotePoll({ redis, keys }) },
  }
  const { after, rebalanceBudget, fetchPrice } = createScheduling(shared)
  const seenItems = createSeenItems({ redis, keys, settings, lost, now })
  const quarantine = createQuarantine({ redis, keys, now })
  return {
    ...states,
    ...seenItems,
    ...createSuccessRecorder({ ...shared, schedule: after, forgetItems: seenItems.forgetItems }),
    ...createFailureRecorder(shared),
    ...createDueSet({ ...shared, catalogue }),
    ...createFetchLog(shared),
    ...createPageCounts(shared),
    ...{ rebalanceBudget, fetchPrice, quarantine, get, list: catalogue },

    async find(id) {
      const known = get(id)
      if (known || !refresh) return known
      await refresh()
      return get(id)
    },

    async forget(id) {
      await redis.zrem(keys.due(), id)
      const names = ['source', 'seen', 'itemHashes', 'history', 'titles', 'sourceSections', 'refused'] as const
      await Promise.all([
        redis.del(...names.map(name => keys[name](id))),
        quarantine.drop(id),
        quarantine.held.drop(id),
      ])
    },
  }
}
