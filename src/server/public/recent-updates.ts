/**
 * The latest updates of lists, held in memory for all HTTP listeners: one connection reads them, and a returning
 * listener gets what it missed without a query to Redis. Their number is limited. They are read as long as there are
 * listeners.
 */

import type { Redis } from 'ioredis'
import type { Keys } from '../../redis/keys.ts'
import { isAfter } from '../../redis/stream-id.ts'
import { sleepUnlessAborted } from '../../util/sleep.ts'

export interface Update {
  readonly id: string
  readonly list: string
  /** The text of the event. */
  readonly text: string
}

/** Why a listener must reload its lists: what it missed is unknown. */
export type ReloadReason = 'too-old' | 'unknown-id' | 'reset'

export interface Listener {
  /** null for all. */
  readonly lists: ReadonlySet<string> | null
  readonly send: (text: string | Buffer) => void
  /**
   * Whether it has received everything sent. Otherwise later updates wait here, stored once for all listeners that are
   * behind.
   */
  readonly isFree: () => boolean
}

export interface Listening {
  /** Call this when it has received everything sent. */
  sendNext(): void
  end(): void
}

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
  join(listener: Listener, heard: string | null): Listening
}

export interface RecentUpdatesParts {
  readonly redis: Redis
  /** A separate connection: waiting for updates blocks it. */
  readonly blocking: Redis
  readonly keys: Keys
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

/** Updates in memory: about ten minutes of a large site. */
const MAX_KNOWN = 5_000
/** Bytes sent at a time to a listener that is behind. */
const CHUNK = 64 * 1_024
const BLOCK = 5_000
const PAGE = 500
const RETRY_AFTER = 1_000
const START = '0-0'

type StreamEntry = readonly [id: string, fields: readonly string[]]

const parseUpdate = ([id, fields]: StreamEntry): Update => {
  const value = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
  const list = value('list')
  const data = JSON.stringify({ list, version: Number(value('version')), at: value('at') })
  return { id, list, text: `id: ${id}\nevent: update\ndata: ${data}\n\n` }
}

const reloadText = (reason: ReloadReason, id: string): string =>
  `id: ${id}\nevent: reload\ndata: ${JSON.stringify({ reason })}\n\n`

/** Index of the first update after an id. */
const firstAfter = (updates: readonly Update[], id: string): number => {
  let [from, to] = [0, updates.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (isAfter(updates[middle]?.id ?? START, id)) to = middle
    else from = middle + 1
  }
  return from
}

/** Cached chunks for listeners at the same position, until the next update. */
const MOST_SHARED = 100

interface Chunk {
  readonly bytes: Buffer
  /** Id of the last update in it, or skipped by it. */
  readonly upTo: string
}

interface Joined extends Listener {
  /** Id of the last update that was sent or skipped. */
  last: string
}

export const createRecentUpdates = ({ redis, blocking, keys, signal, onError }: RecentUpdatesParts): RecentUpdates => {
  const joined = new Set<Joined>()
  let known: Update[] = []
  const shared = new Map<string, Chunk>()
  /** All updates after this id are in memory. */
  let floor = START
  let last = START
  let loading: Promise<void> | null = null
  let wanted = 0

  const newestInRedis = async (): Promise<string> =>
    (await redis.xrevrange(keys.updates(), '+', '-', 'COUNT', 1))[0]?.[0] ?? START

  const reload = (each: Joined, reason: ReloadReason): void => {
    each.last = last
    each.send(reloadText(reason, last))
  }

  const chunkAfter = (id: string, lists: ReadonlySet<string> | null): Chunk => {
    const texts: string[] = []
    let [length, upTo] = [0, id]
    for (let at = firstAfter(known, id); at < known.length && length < CHUNK; at += 1) {
      const update = known[at] as Update // within its length
      upTo = update.id
      if (lists !== null && !lists.has(update.list)) continue
      texts.push(update.text)
      length += update.text.length
    }
    return { bytes: Buffer.from(texts.join('')), upTo }
  }

  /** One chunk for all listeners at the same position: thousands need the same. */
  const sharedChunk = (id: string): Chunk => {
    const made = shared.get(id) ?? chunkAfter(id, null)
    if (shared.size < MOST_SHARED) shared.set(id, made)
    return made
  }

  /** Sends the next updates, as many as it takes. */
  const sendNext = (each: Joined): void => {
    if (!joined.has(each) || !each.isFree() || !isAfter(last, each.last)) return
    if (isAfter(floor, each.last)) {
      reload(each, 'too-old')
      return
    }
    const { bytes, upTo } = each.lists === null ? sharedChunk(each.last) : chunkAfter(each.last, each.lists)
    each.last = upTo
    if (bytes.length > 0) each.send(bytes)
  }

  const take = (entries: readonly StreamEntry[]): void => {
    const updates = entries.map(parseUpdate)
    shared.clear()
    known.push(...updates)
    last = updates.at(-1)?.id ?? last
    if (known.length > 2 * MAX_KNOWN) {
      floor = known.at(-MAX_KNOWN - 1)?.id ?? floor
      known = known.slice(-MAX_KNOWN)
    }
    for (const each of joined) sendNext(each)
  }

  /**
   * Detects a reset: ids only ever rise, unless the stream was deleted, as by FLUSHALL, and Redis' clock was set back.
   */
  const detectReset = async (): Promise<void> => {
    const newest = await newestInRedis()
    if (!isAfter(last, newest)) return
    known = []
    shared.clear()
    floor = newest
    last = newest
    for (const each of joined) reload(each, 'reset')
  }

  const read = async (): Promise<void> => {
    while ((joined.size > 0 || wanted > 0) && !signal.aborted) {
      try {
        const answer = await blocking.xread('COUNT', PAGE, 'BLOCK', BLOCK, 'STREAMS', keys.updates(), last)
        const entries = answer?.[0]?.[1] ?? []
        if (entries.length > 0) take(entries)
        else await detectReset()
      } catch (error) {
        if (signal.aborted) break
        onError(error)
        await sleepUnlessAborted(RETRY_AFTER, signal)
      }
    }
    known = []
    shared.clear()
    loading = null
  }

  const load = async (): Promise<void> => {
    const entries = await redis.xrevrange(keys.updates(), '+', '-', 'COUNT', MAX_KNOWN + 1)
    // One more than is kept: its id marks the start of what is known completely.
    floor = entries.length > MAX_KNOWN ? (entries.at(-1)?.[0] ?? START) : START
    known = entries.slice(0, MAX_KNOWN).reverse().map(parseUpdate)
    last = known.at(-1)?.id ?? START
    void read()
  }

  /**
   * Another process may have sent the listener an update that this one has not read yet; otherwise the id is not of
   * this stream.
   */
  const verify = async (each: Joined): Promise<void> => {
    const newest = await newestInRedis()
    if (joined.has(each) && isAfter(each.last, newest)) reload(each, 'unknown-id')
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
    newest: () => last,
    join(listener, heard) {
      const each: Joined = { ...listener, last: heard ?? last }
      joined.add(each)
      if (isAfter(each.last, last)) verify(each).catch(onError)
      else sendNext(each)
      return { sendNext: () => sendNext(each), end: () => joined.delete(each) }
    },
  }
}
