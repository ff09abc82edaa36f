/** The due set: which sources are due when, and which a process has claimed for a crawl. */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import type { Source, SourceId } from '../../domain/source.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'
import { createSetBack, isPlausible } from '../../util/plausible-time.ts'
import { type Added, firstDue } from '../schedule/next-due.ts'
import type { SourceState } from '../state/state.ts'
import { createImpossible } from './impossible-state.ts'

const claimDueScript = loadScript(new URL('../../redis/claim-due.lua', import.meta.url))
const holdDueScript = loadScript(new URL('./hold-due.lua', import.meta.url))

/**
 * A claimed source falls due again after this if its crawl was not queued, because the claiming process died or Redis
 * rejected writes, ms.
 */
const CLAIM = 10_000
/**
 * A claimed source falls due again after this if its crawl was queued and never ended, ms; longer than any fetch takes.
 */
const LEASE = 5 * 60_000

export interface DueSet {
  /**
   * Updates the due set to match the catalogue: new sources fall due soon, spread out; removed and disabled ones leave
   * it.
   */
  sync(): Promise<{ added: number; removed: number }>
  /** Claims due sources, each for one caller only. */
  claimDue(limit: number): Promise<readonly SourceId[]>
  /** The crawls of these claimed sources are queued: extends their claims, so that the crawls have time to run. */
  queued(ids: readonly SourceId[]): Promise<void>
  /** Makes a source due now, whatever its schedule says. */
  comesDue(id: SourceId): Promise<void>
}

export interface DueSetParts extends Store {
  readonly catalogue: () => readonly Source[]
  readonly get: (id: string) => Source | undefined
  readonly state: (id: SourceId) => Promise<SourceState>
  readonly settings: () => CrawlSettings
  /** ms since the epoch. */
  readonly now: () => number
}

export const createDueSet = ({ redis, keys, catalogue, get, state, settings, now }: DueSetParts): DueSet => {
  /** Sources that this process has claimed and not queued yet, with the ms to which their claims moved them. */
  const claimed = new Map<SourceId, number>()
  const isSetBack = createSetBack(now)
  const makeDue = createImpossible({
    ...{ redis, keys, settings, lease: LEASE, hold: holdDueScript },
    findInterval: id => get(id)?.interval,
  })

  const addNew = async (id: SourceId, added: Added): Promise<void> => {
    const { nextAt, nextReason, lastFetchAt } = await state(id)
    const due =
      nextAt !== null && nextAt > now() && isPlausible(lastFetchAt ?? 0, now())
        ? { at: nextAt, reason: nextReason }
        : firstDue(id, now(), added)
    // NX: another replica may have scheduled it in the meantime.
    await redis.zadd(keys.due(), 'NX', String(due.at), id)
    await redis.hset(keys.source(id), { nextAt: due.at, nextReason: due.reason, setAt: now() })
  }

  return {
    async sync() {
      const wanted = new Set(catalogue().flatMap(({ enabled, id }) => (enabled ? id : [])))
      const known = new Set(await redis.zrange(keys.due(), 0, '-1'))
      const gone = [...known].filter(id => !wanted.has(id as SourceId))
      const fresh = [...wanted].filter(id => !known.has(id))
      if (gone.length > 0) await Promise.all([redis.zrem(keys.due(), ...gone), redis.hdel(keys.demand(), ...gone)])
      const added = { together: fresh.length, all: wanted.size, budget: settings().budget }
      await Promise.all(fresh.map(id => addNew(id, added)))
      return { added: fresh.length, removed: gone.length }
    },

    async claimDue(limit) {
      const at = now()
      await makeDue(at, isSetBack())
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

    async comesDue(id) {
      // XX: not if the source was removed or paused. LT: never later than before.
      await redis.zadd(keys.due(), 'XX', 'LT', String(now()), id)
    },
  }
}
