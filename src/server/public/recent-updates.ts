/**
 * The latest updates of lists, held in memory for all HTTP listeners: one connection reads them, and a returning
 * listener gets what it missed without a query to Redis. Their number is limited. They are read as long as there are
 * listeners.
 */

import type { Redis } from 'ioredis'
import type { Keys } from '../../redis/keys.ts'
import { isAfter } from '../../redis/stream-id.ts'
import { sleepUnlessAborted } from '../../util/sleep.ts'
import { createUpdateHistory, type ListUpdate, MAX_KNOWN, START } from './update-history.ts'
import { createUpdateListeners, type Joined, type Listening, type UpdateListener } from './update-listeners.ts'

export interface RecentUpdates {
  /**
   * Runs work once the latest updates are known; waits for Redis until they are.
   * @param work synchronous: a listener that joins in it misses nothing
   */
  whenKnown<T>(work: () => T): Promise<T>
  /** Id of the newest update. */
  newest(): string
  /**
   * Sends a listener all updates from now on, each once and in order; first those it missed since `heard`, or a reload
   * event. A listener so slow that the next update is no longer in memory gets a reload event, too.
   */
  join(listener: UpdateListener, heard: string | null): Listening
}

export interface RecentUpdatesParts {
  readonly redis: Redis
  /** A separate connection: waiting for updates blocks it. */
  readonly blocking: Redis
  readonly keys: Keys
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

const BLOCK = 5_000
const PAGE = 500
const RETRY_AFTER = 1_000

type UpdateEntry = readonly [id: string, fields: readonly string[]]

const parseUpdate = ([id, fields]: UpdateEntry): ListUpdate => {
  const value = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
  const list = value('list')
  const data = JSON.stringify({ list, version: Number(value('version')), at: value('at') })
  return { id, list, text: `id: ${id}\nevent: update\ndata: ${data}\n\n` }
}

export const createRecentUpdates = ({ redis, blocking, keys, signal, onError }: RecentUpdatesParts): RecentUpdates => {
  const history = createUpdateHistory()
  const listeners = createUpdateListeners(history)
  let loading: Promise<void> | null = null
  let wanted = 0

  const newestInRedis = async (): Promise<string> =>
    (await redis.xrevrange(keys.updates(), '+', '-', 'COUNT', 1))[0]?.[0] ?? START

  /**
   * Detects a reset: ids only ever rise, unless the stream was deleted, as by FLUSHALL, and Redis' clock was set back.
   */
  const detectReset = async (): Promise<void> => {
    const newest = await newestInRedis()
    if (!isAfter(history.newest(), newest)) return
    history.reset(newest, [])
    for (const each of listeners.joined) each.reload('reset')
  }

  const readNext = async (): Promise<void> => {
    const answer = await blocking.xread('COUNT', PAGE, 'BLOCK', BLOCK, 'STREAMS', keys.updates(), history.newest())
    const entries = answer?.[0]?.[1] ?? []
    if (entries.length === 0) return detectReset()
    history.append(entries.map(parseUpdate))
    for (const each of listeners.joined) each.sendNext()
  }

  const readWhileWanted = async (): Promise<void> => {
    while ((listeners.joined.size > 0 || wanted > 0) && !signal.aborted) {
      try {
        await readNext()
      } catch (error) {
        if (signal.aborted) break
        onError(error)
        await sleepUnlessAborted(RETRY_AFTER, signal)
      }
    }
    history.reset(START, [])
    loading = null
  }

  const load = async (): Promise<void> => {
    const entries = await redis.xrevrange(keys.updates(), '+', '-', 'COUNT', MAX_KNOWN + 1)
    // One more than is kept: its id marks the start of what is known completely.
    const floor = entries.length > MAX_KNOWN ? (entries.at(-1)?.[0] ?? START) : START
    history.reset(floor, entries.slice(0, MAX_KNOWN).reverse().map(parseUpdate))
    void readWhileWanted()
  }

  /**
   * Another process may have sent the listener an update that this one has not read yet; otherwise the id is not of
   * this stream.
   */
  const verify = async (each: Joined): Promise<void> => {
    const newest = await newestInRedis()
    if (isAfter(each.position(), newest)) each.reload('unknown-id')
  }

  return {
    async whenKnown(work) {
      wanted += 1
      try {
        loading ??= load().catch((error: unknown) => {
          loading = null
          throw error
        })
        await loading
        return work()
      } finally {
        wanted -= 1
      }
    },
    newest: history.newest,
    join(listener, heard) {
      const each = listeners.add(listener, heard ?? history.newest())
      if (isAfter(each.position(), history.newest())) verify(each).catch(onError)
      else each.sendNext()
      return each
    },
  }
}
