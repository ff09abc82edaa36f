/**
 * The latest updates of lists, held in memory for all who listen over HTTP: one connection reads them, whoever comes back is told what it
 * missed without asking Redis, and how far back that goes is bounded. Read as long as somebody listens.
 */

import type { Redis } from 'ioredis'
import type { Keys } from '../../redis/keys.ts'
import { isAfter } from '../../redis/stream-id.ts'
import { sleepUnlessAborted } from '../../util/sleep.ts'

export interface Update {
  readonly id: string
  readonly list: string
  /** As it is sent. */
  readonly text: string
}

/** Why whoever listens must read its lists anew: what it missed cannot be told. */
export type ReloadReason = 'too-old' | 'unknown-id' | 'reset'

export interface Listener {
  /** null: all. */
  readonly lists: ReadonlySet<string> | null
  readonly send: (text: string | Buffer) => void
  /** Whether it has taken all that was sent; what comes meanwhile waits here, for all who are behind but once. */
  readonly isFree: () => boolean
}

export interface Listening {
  /** To be called when it has taken all. */
  goOn(): void
  end(): void
}

export interface RecentUpdates {
  /**
   * Does something in the moment in which the latest are known; waits for Redis until they are.
   * @param work synchronous: what is joined in it misses nothing
   */
  whenKnown<T>(work: () => T): Promise<T>
  /** Id of the newest. */
  newest(): string
  /**
   * From now on it is told what comes, each once and in order; first what it missed since `heard`, or that it must reload. One that takes
   * so slowly that what it has not heard is held no more must reload, too.
   */
  join(listener: Listener, heard: string | null): Listening
}

export interface RecentUpdatesParts {
  readonly redis: Redis
  /** A connection of its own: waiting for updates blocks it. */
  readonly blocking: Redis
  readonly keys: Keys
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

/** Updates held: about ten minutes of a large desk. */
const KNOWN = 5_000
/** Bytes sent at a time to who is behind. */
const CHUNK = 64 * 1_024
const BLOCK = 5_000
const PAGE = 500
const RETRY_AFTER = 1_000
const START = '0-0'

type StreamEntry = readonly [id: string, fields: readonly string[]]

const updateOf = ([id, fields]: StreamEntry): Update => {
  const value = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
  const list = value('list')
  const data = JSON.stringify({ list, version: Number(value('version')), at: value('at') })
  return { id, list, text: `id: ${id}\nevent: update\ndata: ${data}\n\n` }
}

const reloadText = (reason: ReloadReason, id: string): string =>
  `id: ${id}\nevent: reload\ndata: ${JSON.stringify({ reason })}\n\n`

/** Place of the first that comes after an id. */
const firstAfter = (updates: readonly Update[], id: string): number => {
  let [from, to] = [0, updates.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (isAfter(updates[middle]?.id ?? START, id)) to = middle
    else from = middle + 1
  }
  return from
}

/** Chunks held for others who are as far, until something new comes. */
const MOST_SHARED = 100

interface Chunk {
  readonly bytes: Buffer
  /** Id of the last it tells of, or passes over. */
  readonly upTo: string
}

interface Joined extends Listener {
  /** Nothing up to it is told. */
  last: string
}

export const createRecentUpdates = ({ redis, blocking, keys, signal, onError }: RecentUpdatesParts): RecentUpdates => {
  const joined = new Set<Joined>()
  let known: Update[] = []
  const shared = new Map<string, Chunk>()
  /** What came after it is known, all of it. */
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

  /** The same bytes for all who are as far: thousands are told the same. */
  const forAll = (id: string): Chunk => {
    const made = shared.get(id) ?? chunkAfter(id, null)
    if (shared.size < MOST_SHARED) shared.set(id, made)
    return made
  }

  /** Sends the next it has not heard, as far as it takes them. */
  const goOn = (each: Joined): void => {
    if (!joined.has(each) || !each.isFree() || !isAfter(last, each.last)) return
    if (isAfter(floor, each.last)) {
      reload(each, 'too-old')
      return
    }
    const { bytes, upTo } = each.lists === null ? forAll(each.last) : chunkAfter(each.last, each.lists)
    each.last = upTo
    if (bytes.length > 0) each.send(bytes)
  }

  const take = (entries: readonly StreamEntry[]): void => {
    const updates = entries.map(updateOf)
    shared.clear()
    known.push(...updates)
    last = updates.at(-1)?.id ?? last
    if (known.length > 2 * KNOWN) {
      floor = known.at(-KNOWN - 1)?.id ?? floor
      known = known.slice(-KNOWN)
    }
    for (const each of joined) goOn(each)
  }

  /** Ids only ever rise, but where the stream was taken away, as by FLUSHALL, and Redis' clock was set back. */
  const seeReset = async (): Promise<void> => {
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
        else await seeReset()
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
    const entries = await redis.xrevrange(keys.updates(), '+', '-', 'COUNT', KNOWN + 1)
    // One more than is held tells from where on all is known.
    floor = entries.length > KNOWN ? (entries.at(-1)?.[0] ?? START) : START
    known = entries.slice(0, KNOWN).reverse().map(updateOf)
    last = known.at(-1)?.id ?? START
    void read()
  }

  /** Another process may have told it of what this one has not read yet; else no stream of ours has such an id. */
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
      else goOn(each)
      return { goOn: () => goOn(each), end: () => joined.delete(each) }
    },
  }
}
