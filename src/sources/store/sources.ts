/**
 * Sources in Redis: which exist, when each is due, what was seen of its feed, and the outcome of each fetch. Never
 * fetches anything and never decides what an article is.
 */

import type { Redis } from 'ioredis'
import type { CrawlSettings } from '../../config/sections/crawl.ts'
import type { Source, SourceId } from '../../domain/source.ts'
import type { Validators } from '../../http-client/fetch.ts'
import type { Keys } from '../../redis/keys.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import { createSetBack, isPlausible } from '../../util/plausible-time.ts'
import { withoutCredentials } from '../../util/redact.ts'
import { createSeenItems, ITEM_HASHES_LAST, type SeenItems, type SeenItemsParts } from '../items/seen-items.ts'
import { createHeldItems, type HeldItems } from '../quarantine/held-items.ts'
import { createQuarantine, type Quarantine } from '../quarantine/quarantine.ts'
import { type Due, firstDue, whilePushed } from '../schedule/next-due.ts'
import { countDaily } from '../state/daily.ts'
import { type Fetch, MOST_FETCHES, packFetch, unpackFetch } from '../state/history.ts'
import { type Places, writePlaces } from '../state/places.ts'
import {
  formatSpans,
  parseSpans,
  parseState,
  type ScheduleHints,
  type SourceState,
  writeHints,
} from '../state/state.ts'
import { createFailureRecorder, type FailureRecorder } from './failures.ts'
import { createImpossible } from './impossible-state.ts'
import { createScheduling, type Scheduling } from './scheduling.ts'

const notePollScript = loadScript(new URL('./note-poll.lua', import.meta.url))
const claimDueScript = loadScript(new URL('../../redis/claim-due.lua', import.meta.url))
const holdDueScript = loadScript(new URL('./hold-due.lua', import.meta.url))
const renewScript = loadScript(new URL('../items/reset-seen.lua', import.meta.url))

/**
 * A claimed source falls due again after this if its crawl was not queued, because the claiming process died or Redis
 * rejected writes, ms.
 */
const CLAIM = 10_000
/**
 * A claimed source falls due again after this if its crawl was queued and never ended, ms; longer than any fetch takes.
 */
const LEASE = 5 * 60_000

/** Fields that a success clears. */
const CLEARED_BY_SUCCESS = {
  failures: '',
  failureScore: '',
  errorReason: '',
  errorDetail: '',
  errorAt: '',
  retiredAt: '',
}

/** Written only if it changed. */
const formatFreshness = (freshFor: number | null, before: SourceState): Record<string, string | number> =>
  freshFor === before.freshFor ? {} : { freshFor: freshFor ?? '' }

/** A feed that was fetched and read. */
export interface Success {
  readonly validators: Validators | null
  /** Item hashes as given to `prepare`; committed at once if there is nothing to ingest. */
  readonly itemHashes: readonly string[] | null
  /**
   * Token of the data set in which its items were looked up; if the source has another one by now, nothing is recorded.
   */
  readonly origin?: string
  /** Dates of the new items, ms since the epoch; null for an item without one. */
  readonly published: readonly (number | null)[]
  /** Number of items in the feed, parsed or not. */
  readonly carried: number
  readonly newItems: number
  /** What the feed says about when to fetch it. */
  readonly hints: ScheduleHints
  /** How long the server declares its answer fresh, ms. */
  readonly freshFor: number | null
  readonly movedTo: string | null
  readonly hasUnstableIds: boolean
  readonly title: string | null
  /** Hubs of its feed that newsdesk does not support, for people. */
  readonly otherHubs?: string
}

export interface Sources extends FailureRecorder, SeenItems, Pick<Scheduling, 'rebalanceBudget'> {
  list(): readonly Source[]
  get(id: string): Source | undefined
  /** Like `get`, but also finds a source that another process has only just added. */
  find(id: string): Promise<Source | undefined>
  state(id: SourceId): Promise<SourceState>
  states(): Promise<ReadonlyMap<SourceId, SourceState>>
  /**
   * To be called before a fetch: if Redis has come back empty since, forgets the items seen, and returns the state
   * without its validators.
   */
  renewed(id: SourceId, state: SourceState): Promise<SourceState>
  /**
   * Updates the due set to match the catalogue: new sources fall due soon, spread out; removed and disabled ones leave
   * it.
   */
  sync(): Promise<{ added: number; removed: number }>
  /** Claims due sources, each for one caller only. */
  claimDue(limit: number): Promise<readonly SourceId[]>
  /** The crawls of these claimed sources are queued: extends their claims, so that the crawls have time to run. */
  queued(ids: readonly SourceId[]): Promise<void>
  /** Returns those of them whose latest fetch failed. */
  failing(ids: readonly SourceId[]): Promise<ReadonlySet<SourceId>>
  /** Hashes of ingested items as its feed wrote them: unchanged ones need not be parsed again. */
  itemHashes(id: SourceId): Promise<ReadonlySet<string>>
  /**
   * To be called before its batches are queued: stores what `markSeen` commits in the end. `spans` is null if the
   * whole feed was parsed.
   */
  prepare(id: SourceId, crawlId: string, validators: Validators, spans: readonly string[] | null): Promise<void>
  succeeded(id: SourceId, success: Success): Promise<Due>
  /** The feed is unchanged, and its server sent new validators: they are used from now on. */
  revalidated(id: SourceId, validators: Validators): Promise<void>
  /**
   * @param before its state, if known already: saves reading it
   * @param fetch kept among its last fetches
   */
  unchanged(id: SourceId, freshFor: number | null, before?: SourceState, fetch?: Fetch): Promise<Due>
  /**
   * Sets until when push delivers what the source publishes, ms since the epoch; 0 if it does not. If push ends
   * early, the source is polled soon.
   */
  setPush(id: SourceId, until: number): Promise<void>
  /** Keeps the outcome of a fetch among the last 30, for `sources explain`. */
  record(id: SourceId, fetch: Fetch): Promise<void>
  history(id: SourceId): Promise<readonly Fetch[]>
  /** Deletes all that is known of a source that was removed. */
  forget(id: SourceId): Promise<void>
  /** What could not be ingested, with the reasons. */
  readonly quarantine: Quarantine & { readonly held: HeldItems }
  /** Stores the other domains that its feed may come from. */
  setPlaces(id: SourceId, places: Places): Promise<void>
  /** Makes a source due now, whatever its schedule says. */
  comesDue(id: SourceId): Promise<void>
}

/** What is recorded with a poll. */
interface Noted {
  readonly fetches?: number
  readonly newItems?: number
  readonly fetch?: Fetch | undefined
  /** `=` and the token of the data set that the poll refers to; empty for any. */
  readonly of?: string
  /** Item hashes as `formatSpans` writes them; empty to leave them unchanged. */
  readonly spans?: string
}

export interface SourcesParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly catalogue: () => readonly Source[]
  /** Checks whether another process changed the catalogue. */
  readonly refresh?: () => Promise<unknown>
  readonly settings: () => CrawlSettings
  /** Token of the data set in Redis (src/maintenance/migrations/origin.ts). */
  readonly origin?: () => string
  /** See `SeenItemsParts`. */
  readonly lost?: SeenItemsParts['lost']
  /** ms between polls while push works. */
  readonly safetyInterval?: () => number
  /** ms since the epoch. */
  readonly now: () => number
}

export const createSources = ({
  redis,
  keys,
  catalogue,
  refresh,
  settings,
  origin = () => '',
  lost,
  safetyInterval,
  now: given,
}: SourcesParts): Sources => {
  const isBack = createSetBack(given)
  let isSetBack = false
  const now = (): number => {
    isSetBack ||= isBack()
    return given()
  }
  let indexed: readonly Source[] | null = null
  let byId = new Map<string, Source>()
  /** Sources that this process has claimed and not queued yet, with the ms to which their claims moved them. */
  const claimed = new Map<SourceId, number>()
  const get = (id: string): Source | undefined => {
    if (indexed !== catalogue()) {
      indexed = catalogue()
      byId = new Map(indexed.map(source => [source.id, source]))
    }
    return byId.get(id)
  }

  const state = async (id: SourceId): Promise<SourceState> => parseState(await redis.hgetall(keys.source(id)))

  /**
   * @param fields those with an empty value are deleted: each would take 70 bytes of every source
   * @param noted what to add to its counts and to its last fetches
   */
  const schedule = async (
    id: SourceId,
    due: Due,
    fields: Record<string, string | number>,
    { fetches = 0, newItems = 0, fetch, of = '', spans = '' }: Noted = {},
  ): Promise<Due> => {
    const empty = Object.keys(fields).filter(name => fields[name] === '')
    const full = Object.entries(fields).filter(([, value]) => value !== '')
    await Promise.all([
      // Ten thousand sources may be polled in quick succession, so every command saved matters.
      runScript(
        redis,
        notePollScript,
        [keys.source(id), keys.history(id), keys.itemHashes(id)],
        [
          ...[MOST_FETCHES, fetch ? packFetch(fetch) : '', fetches, newItems, of, spans, ITEM_HASHES_LAST],
          ...full.flat(),
          ...['nextAt', due.at, 'nextReason', due.reason],
        ],
      ),
      ...(empty.length > 0 ? [redis.hdel(keys.source(id), ...empty)] : []),
      // XX: a source removed from the catalogue while it was fetched stays out.
      redis.zadd(keys.due(), 'XX', String(due.at), id),
    ])
    return due
  }

  /**
   * Not atomic: if a delivery and a poll of one source end in the same millisecond, one of them is missing in the daily
   * counts.
   */
  const countPushed = async (id: SourceId, items: number): Promise<void> => {
    const daily = (await redis.hget(keys.source(id), 'daily')) ?? ''
    await redis.hset(keys.source(id), 'daily', countDaily(daily, now(), items))
  }

  const { after, rebalanceBudget } = createScheduling({ redis, keys, get, settings, now })

  const memory = createSeenItems({ redis, keys, settings, lost, now })

  const makeDue = createImpossible({
    ...{ redis, keys, settings, lease: LEASE, hold: holdDueScript },
    findInterval: id => get(id)?.interval,
  })

  const quarantine = { ...createQuarantine({ redis, keys, now }), held: createHeldItems({ redis, keys, now }) }

  return {
    ...createFailureRecorder({ redis, keys, get, state, schedule, settings, now }),
    ...memory,
    quarantine,
    list: catalogue,
    get,
    async find(id) {
      const known = get(id)
      if (known || !refresh) return known
      await refresh()
      return get(id)
    },
    state,

    async renewed(id, known) {
      const token = origin()
      if (known.origin === token) return known
      await runScript(redis, renewScript, [keys.source(id), keys.seen(id), keys.itemHashes(id)], [token])
      return { ...known, validators: null, origin: token }
    },

    async setPush(id, until) {
      const before = await state(id)
      if (before.pushUntil === until) return
      await redis.hset(keys.source(id), 'pushUntil', until)
      const soon = now() + Math.floor(Math.random() * settings().minInterval)
      // LT: never later than before. XX: not if the source was removed.
      if (before.pushUntil > now() && until <= now()) await redis.zadd(keys.due(), 'XX', 'LT', String(soon), id)
    },

    async record(id, fetch) {
      // One round trip, together with other commands of the same turn: connections pipeline automatically.
      await Promise.all([
        redis.lpush(keys.history(id), packFetch(fetch)),
        redis.ltrim(keys.history(id), 0, MOST_FETCHES - 1),
        // Items found by polls are counted when the poll succeeds.
        ...(fetch.outcome === 'push' && fetch.items > 0
          ? [redis.hincrby(keys.source(id), 'newItems', fetch.items), countPushed(id, fetch.items)]
          : []),
      ])
    },

    history: async id => (await redis.lrange(keys.history(id), 0, -1)).flatMap(packed => unpackFetch(packed) ?? []),

    async forget(id) {
      await redis.zrem(keys.due(), id)
      await Promise.all([
        redis.del(
          keys.source(id),
          keys.seen(id),
          keys.itemHashes(id),
          keys.history(id),
          keys.titles(id),
          keys.refused(id),
        ),
        quarantine.drop(id),
        quarantine.held.drop(id),
      ])
    },

    async setPlaces(id, places) {
      const written = writePlaces(places)
      await (written === '' ? redis.hdel(keys.source(id), 'places') : redis.hset(keys.source(id), 'places', written))
    },

    async comesDue(id) {
      // XX: not if the source was removed or paused. LT: never later than before.
      await redis.zadd(keys.due(), 'XX', 'LT', String(now()), id)
    },

    async states() {
      const list = catalogue()
      const hashes = await Promise.all(list.map(({ id }) => redis.hgetall(keys.source(id))))
      return new Map(list.map(({ id }, index) => [id, parseState(hashes[index] ?? {})]))
    },

    async sync() {
      const wanted = new Map(
        catalogue()
          .filter(source => source.enabled)
          .map(source => [source.id as string, source]),
      )
      const known = new Set(await redis.zrange(keys.due(), 0, '-1'))
      const gone = [...known].filter(id => !wanted.has(id))
      const fresh = [...wanted.values()].filter(source => !known.has(source.id))
      if (gone.length > 0) await Promise.all([redis.zrem(keys.due(), ...gone), redis.hdel(keys.demand(), ...gone)])
      await Promise.all(
        fresh.map(async ({ id }) => {
          const before = await state(id)
          const due =
            before.nextAt !== null && before.nextAt > now() && isPlausible(before.lastFetchAt ?? 0, now())
              ? { at: before.nextAt, reason: before.nextReason }
              : firstDue(id, now(), fresh.length)
          // NX: another replica may have scheduled it in the meantime.
          await redis.zadd(keys.due(), 'NX', String(due.at), id)
          await redis.hset(keys.source(id), { nextAt: due.at, nextReason: due.reason, setAt: now() })
        }),
      )
      return { added: fresh.length, removed: gone.length }
    },

    async claimDue(limit) {
      const at = now()
      const wasSetBack = isSetBack
      isSetBack = false
      await makeDue(at, wasSetBack)
      const ids = (await runScript(
        redis,
        claimDueScript,
        [keys.due(), keys.allowance()],
        [at, limit, CLAIM, settings().budget],
      )) as SourceId[] // members are written by sync only
      for (const id of ids) claimed.set(id, at + CLAIM)
      return ids
    },

    async queued(ids) {
      const held = ids.flatMap(id => [id, claimed.get(id) ?? 0])
      for (const id of ids) claimed.delete(id)
      await runScript(redis, holdDueScript, [keys.due()], [now() + LEASE, ...held])
    },

    async failing(ids) {
      const failures = await Promise.all(ids.map(id => redis.hget(keys.source(id), 'failures')))
      return new Set(ids.filter((_, index) => Number(failures[index] ?? 0) > 0))
    },

    rebalanceBudget,

    async itemHashes(id) {
      return parseSpans(await redis.get(keys.itemHashes(id)))
    },

    async prepare(id, crawlId, { etag, lastModified, bodyHash }, spans) {
      const pending = {
        crawl: crawlId,
        etag: etag ?? '',
        lastModified: lastModified ?? '',
        bodyHash: bodyHash ?? '',
        ...(spans ? { spans: formatSpans(spans) } : {}),
      }
      await redis.hset(keys.source(id), 'pending', JSON.stringify(pending))
    },

    async succeeded(id, success) {
      const {
        validators,
        itemHashes,
        published,
        carried,
        newItems,
        hints,
        freshFor,
        movedTo,
        hasUnstableIds,
        title,
        otherHubs,
        origin: of,
      } = success
      const before = await state(id)
      const { due: byModel, fields } = await after(id, { ...before, hints }, { published, carried }, freshFor)
      const due = whilePushed(byModel, id, now(), before.pushUntil, safetyInterval?.() ?? 0)
      const remembered = validators
        ? {
            etag: validators.etag ?? '',
            lastModified: validators.lastModified ?? '',
            bodyHash: validators.bodyHash ?? '',
          }
        : {}
      await memory.forgetItems(id)
      return schedule(
        id,
        due,
        {
          ...CLEARED_BY_SUCCESS,
          ...remembered,
          ...fields,
          ...formatFreshness(freshFor, before),
          hints: writeHints(hints),
          lastFetchAt: now(),
          lastSuccessAt: now(),
          // For people only; decisions are based on `move`.
          movedTo: withoutCredentials(movedTo ?? ''),
          unstableIds: before.hasUnstableIds || hasUnstableIds ? 1 : '',
          title: title ?? '',
          otherHubs: otherHubs ?? '',
          ...(newItems > 0 ? { daily: countDaily(before.daily, now(), newItems) } : {}),
        },
        {
          ...{ fetches: 1, newItems },
          of: of === undefined ? '' : `=${of}`,
          spans: validators && itemHashes ? formatSpans(itemHashes) : '',
        },
      )
    },

    async revalidated(id, validators) {
      const { etag, lastModified } = validators
      const named = { ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) }
      const unnamed = [...(etag ? [] : ['etag']), ...(lastModified ? [] : ['lastModified'])]
      await Promise.all([
        Object.keys(named).length > 0 ? redis.hset(keys.source(id), named) : null,
        unnamed.length > 0 ? redis.hdel(keys.source(id), ...unnamed) : null,
      ])
    },

    async unchanged(id, freshFor, before, fetch) {
      const known = before ?? (await state(id))
      const { due: byModel, fields } = await after(id, known, { published: [], carried: null }, freshFor)
      const due = whilePushed(byModel, id, now(), known.pushUntil, safetyInterval?.() ?? 0)
      return schedule(
        id,
        due,
        {
          // Most sources have nothing to clear, which saves a command.
          ...(known.failures > 0 || known.retiredAt !== null ? CLEARED_BY_SUCCESS : {}),
          ...fields,
          ...formatFreshness(freshFor, known),
          lastFetchAt: now(),
          lastSuccessAt: now(),
        },
        { fetches: 1, fetch },
      )
    },
  }
}
