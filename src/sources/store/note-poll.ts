/** Writes the outcome of a poll: fields of the source's hash, its counts, its last fetches, and when it is due next. */

import type { SourceId } from '../../domain/source.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'
import { ITEM_HASHES_LAST } from '../items/seen-items.ts'
import type { Due } from '../schedule/next-due.ts'
import { type Fetch, MAX_FETCHES, packFetch } from '../state/history.ts'
import { formatItemHashes } from '../state/state.ts'

const notePollScript = loadScript(new URL('./note-poll.lua', import.meta.url))

/** What else is recorded with a poll. */
export interface Noted {
  readonly fetches?: number
  readonly newItems?: number
  /** Kept among its last fetches. */
  readonly fetch?: Fetch | undefined
  /** Token of the data set that the poll refers to: nothing is written if the source has another one by now. */
  readonly dataSet?: string | undefined
  /** What it asks of the budget from now on; see `formatDemand`. */
  readonly demand?: string | undefined
  /** null to leave them unchanged. */
  readonly itemHashes?: readonly string[] | null
}

/**
 * @param fields those with an empty value are deleted: each would take 70 bytes of every source
 * @returns `due`
 */
export type NotePoll = (
  id: SourceId,
  due: Due,
  fields: Readonly<Record<string, string | number>>,
  noted?: Noted,
) => Promise<Due>

export const createNotePoll =
  ({ redis, keys }: Store): NotePoll =>
  async (id, due, fields, { fetches = 0, newItems = 0, fetch, dataSet, demand, itemHashes = null } = {}) => {
    const empty = Object.keys(fields).filter(name => fields[name] === '')
    const full = Object.entries(fields).filter(([, value]) => value !== '')
    await Promise.all([
      // Ten thousand sources may be polled in quick succession, so every command saved matters.
      runScript(
        redis,
        notePollScript,
        [keys.source(id), keys.history(id), keys.itemHashes(id)],
        [
          ...[MAX_FETCHES, fetch ? packFetch(fetch) : '', fetches, newItems],
          ...[dataSet === undefined ? '' : `=${dataSet}`, itemHashes ? formatItemHashes(itemHashes) : ''],
          ...[ITEM_HASHES_LAST, ...full.flat(), 'nextAt', due.at, 'nextReason', due.reason],
        ],
      ),
      ...(empty.length > 0 ? [redis.hdel(keys.source(id), ...empty)] : []),
      ...(demand === undefined ? [] : [redis.hset(keys.demand(), id, demand)]),
      // XX: a source removed from the catalogue while it was fetched stays out.
      redis.zadd(keys.due(), 'XX', String(due.at), id),
    ])
    return due
  }
