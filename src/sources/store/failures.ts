/** Records that a source could not be fetched, was retired, has unreliable validators, or has moved. */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import type { Source, SourceId } from '../../domain/source.ts'
import type { Store } from '../../redis/store.ts'
import { formatFineDuration } from '../../util/duration.ts'
import { backoff, isGone, type PollFailure, weighFailure } from '../schedule/backoff.ts'
import { fixedDemand, formatDemand } from '../schedule/budget.ts'
import { computeSpread, type Due } from '../schedule/next-due.ts'
import { digestUrl, type Move } from '../state/moves.ts'
import { type SourceState, writeMove } from '../state/state.ts'
import type { NotePoll } from './note-poll.ts'

export interface FailureRecorder {
  /** @param isOurFault our own network is down: the failure is shown but does not count */
  failed(id: SourceId, failure: PollFailure, isOurFault?: boolean): Promise<Due>
  /** Reschedules a source that was not fetched because its domain is rate-limited for `ms`. */
  deferred(id: SourceId, ms: number, why: string): Promise<Due>
  /**
   * Takes back one failure of each source that failed during an outage of our own network, and reschedules these
   * sources, spread over `within` ms.
   */
  resetAfterOutage(ids: readonly string[], within: number): Promise<void>
  /** Records that its validators are unreliable, so that they are not used for a while. */
  distrust(id: SourceId, how: string): Promise<void>
  /** Records a permanent redirect, and adopts `adopted` as the address from now on, unless it is null. */
  moved(source: Source, change: { readonly move: Move | null; readonly adopted: string | null }): Promise<void>
}

export interface FailureRecorderParts extends Store {
  readonly get: (id: string) => Source | undefined
  readonly state: (id: SourceId) => Promise<SourceState>
  readonly notePoll: NotePoll
  readonly settings: () => CrawlSettings
  /** ms since the epoch. */
  readonly now: () => number
}

const DAY = 86_400_000
/**
 * When a source that could not be reached because our own network was down is tried again, unless something tries it
 * sooner, ms.
 */
const OWN_NETWORK_WAIT = 10 * 60_000
/** When a retired source is due, ms since the epoch: the last day with a four-digit year. */
const NEVER = Date.UTC(9999, 11, 31)

export const createFailureRecorder = ({
  redis,
  keys,
  get,
  state,
  notePoll,
  settings,
  now,
}: FailureRecorderParts): FailureRecorder => ({
  async failed(id, failure, isOurFault = false) {
    const failureFields = {
      lastFetchAt: now(),
      errorReason: failure.reason,
      errorDetail: failure.detail.slice(0, 500),
      errorAt: now(),
      retiredAt: '',
    }
    if (isOurFault) {
      const at = Math.round(now() + OWN_NETWORK_WAIT * (1 + computeSpread(id)))
      return notePoll(
        id,
        { at, reason: 'our own network seems to be down: not counted, tried again when it is back' },
        failureFields,
      )
    }
    const [failures, before] = await Promise.all([
      redis.hincrby(keys.source(id), 'failures', 1),
      redis.hget(keys.source(id), 'failureScore'),
      redis.hincrby(keys.source(id), 'fetches', 1),
    ])
    // A success resets the score.
    const score = weighFailure(failure) + (failures === 1 ? 0 : Number(before ?? 0))
    const due = isGone(failure)
      ? { at: NEVER, reason: `retired: the publisher answered ${failure.status} Gone; a re-crawl revives it` }
      : backoff(id, now(), { failures, score }, failure, settings())
    // Until then it leaves its share of the budget to the others.
    const demand = settings().budget > 0 ? formatDemand(fixedDemand(due.at - now())) : undefined
    const fields = { ...failureFields, failureScore: score, ...(isGone(failure) ? { retiredAt: now() } : {}) }
    return notePoll(id, due, fields, { demand })
  },

  async deferred(id, ms, why) {
    const at = Math.round(now() + ms + Math.abs(computeSpread(id)) * Math.min(ms, DAY))
    const due = { at, reason: `${why}: nothing of this domain is fetched for ${formatFineDuration(ms)}` }
    await Promise.all([
      redis.hset(keys.source(id), { nextAt: due.at, nextReason: due.reason, setAt: now() }),
      redis.zadd(keys.due(), 'XX', String(due.at), id),
    ])
    return due
  },

  async resetAfterOutage(ids, within) {
    const known = ids.filter(id => get(id)) as SourceId[] // of the catalogue, so they are ids
    const states = await Promise.all(known.map(state))
    await Promise.all(
      known.map((id, index) => {
        const failures = Math.max(0, (states[index]?.failures ?? 0) - 1)
        const at = Math.round(now() + (computeSpread(id) + 0.1) * 5 * within)
        return notePoll(id, { at, reason: 'our own network is back' }, { failures: failures || '', setAt: now() })
      }),
    )
  },

  async distrust(id, how) {
    await redis.hset(keys.source(id), { unreliableAt: now(), unreliableHow: how })
  },

  async moved(source, { move, adopted }) {
    await redis.hset(keys.source(source.id), {
      move: move ? writeMove(move) : '',
      ...(adopted === null ? {} : { adopted, adoptedFrom: digestUrl(source.url), move: '', movedTo: '' }),
    })
  },
})
