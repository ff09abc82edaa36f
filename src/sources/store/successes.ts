/** Records that a source was fetched, with or without changes, and when it is due next. */

import type { SourceId } from '../../domain/source.ts'
import type { Validators } from '../../http-client/fetch.ts'
import type { Store } from '../../redis/store.ts'
import { withoutCredentials } from '../../util/redact.ts'
import { NOT_MODIFIED_COST } from '../schedule/learn.ts'
import type { Due } from '../schedule/next-due.ts'
import { countDaily } from '../state/daily.ts'
import type { Fetch } from '../state/history.ts'
import { formatItemHashes, type ScheduleHints, type SourceState, writeHints } from '../state/state.ts'
import type { NotePoll } from './note-poll.ts'
import type { Scheduling } from './scheduling.ts'

/** A feed that was fetched and read. */
export interface Success {
  readonly validators: Validators | null
  /** Item hashes as given to `prepare`; committed at once if there is nothing to ingest. */
  readonly itemHashes: readonly string[] | null
  /**
   * Token of the data set in which its items were looked up; if the source has another one by now, nothing is recorded.
   */
  readonly dataSet?: string
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

export interface SuccessRecorder {
  /**
   * To be called before its batches are queued: stores what `markSeen` commits in the end.
   * @param itemHashes null if the whole feed was parsed
   */
  prepare(id: SourceId, crawlId: string, validators: Validators, itemHashes: readonly string[] | null): Promise<void>
  succeeded(id: SourceId, success: Success): Promise<Due>
  /** The feed is unchanged, and its server sent new validators: they are used from now on. */
  revalidated(id: SourceId, validators: Validators): Promise<void>
  /**
   * @param before its state, if known already: saves reading it
   * @param fetch kept among its last fetches
   */
  unchanged(id: SourceId, freshFor: number | null, before?: SourceState, fetch?: Fetch): Promise<Due>
}

export interface SuccessRecorderParts extends Store {
  readonly state: (id: SourceId) => Promise<SourceState>
  readonly notePoll: NotePoll
  readonly schedule: Scheduling['after']
  readonly forgetItems: (id: SourceId) => Promise<void>
  /** ms since the epoch. */
  readonly now: () => number
}

/** Fields that a success clears. */
const CLEARED_BY_SUCCESS = {
  failures: '',
  failureScore: '',
  errorReason: '',
  errorDetail: '',
  errorAt: '',
  retiredAt: '',
}

/** Fields of validators; those it does not have are empty. */
const formatValidators = ({ etag, lastModified, bodyHash }: Validators) => ({
  etag: etag ?? '',
  lastModified: lastModified ?? '',
  bodyHash: bodyHash ?? '',
})

export const createSuccessRecorder = ({
  redis,
  keys,
  state,
  notePoll,
  schedule,
  forgetItems,
  now,
}: SuccessRecorderParts): SuccessRecorder => {
  /** Learns from a fetch. @returns when the source is due next, and the fields to write */
  const learn = async (
    id: SourceId,
    before: SourceState,
    poll: Parameters<typeof schedule>[2],
    freshFor: number | null,
  ) => {
    const { due, fields, demand } = await schedule(id, before, poll, freshFor)
    return {
      ...{ due, demand },
      fields: {
        ...fields,
        // Written only if it changed.
        ...(freshFor === before.freshFor ? {} : { freshFor: freshFor ?? '' }),
        ...{ lastFetchAt: now(), lastSuccessAt: now() },
      },
    }
  }

  return {
    async prepare(id, crawlId, validators, itemHashes) {
      const pending = {
        ...{ crawl: crawlId, ...formatValidators(validators) },
        ...(itemHashes ? { spans: formatItemHashes(itemHashes) } : {}),
      }
      await redis.hset(keys.source(id), 'pending', JSON.stringify(pending))
    },

    async succeeded(id, success) {
      const { validators, published, carried, newItems, hints, freshFor, movedTo, title, otherHubs, dataSet } = success
      const before = await state(id)
      const { due, fields, demand } = await learn(id, { ...before, hints }, { published, carried }, freshFor)
      await forgetItems(id)
      return notePoll(
        id,
        due,
        {
          ...CLEARED_BY_SUCCESS,
          ...(validators ? formatValidators(validators) : {}),
          ...fields,
          hints: writeHints(hints),
          // For people only; decisions are based on `move`.
          movedTo: withoutCredentials(movedTo ?? ''),
          unstableIds: before.hasUnstableIds || success.hasUnstableIds ? 1 : '',
          title: title ?? '',
          otherHubs: otherHubs ?? '',
          ...(newItems > 0 ? { daily: countDaily(before.daily, now(), newItems) } : {}),
        },
        { fetches: 1, newItems, dataSet, demand, itemHashes: validators && success.itemHashes },
      )
    },

    async revalidated(id, { etag, lastModified }) {
      const named = { ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) }
      const unnamed = [...(etag ? [] : ['etag']), ...(lastModified ? [] : ['lastModified'])]
      await Promise.all([
        Object.keys(named).length > 0 ? redis.hset(keys.source(id), named) : null,
        unnamed.length > 0 ? redis.hdel(keys.source(id), ...unnamed) : null,
      ])
    },

    async unchanged(id, freshFor, before, fetch) {
      const known = before ?? (await state(id))
      const { due, fields, demand } = await learn(
        id,
        known,
        { published: [], carried: null, cost: fetch?.status === 304 ? NOT_MODIFIED_COST : 1 },
        freshFor,
      )
      // Most sources have nothing to clear, which saves a command.
      const cleared = known.failures > 0 || known.retiredAt !== null ? CLEARED_BY_SUCCESS : {}
      return notePoll(id, due, { ...cleared, ...fields }, { fetches: 1, fetch, demand, dataSet: known.dataSet })
    },
  }
}
