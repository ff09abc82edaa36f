/** The latest updates of lists in memory, and the text of those after a position. (pure) */

import { isAfter } from '../../redis/stream-id.ts'

export interface ListUpdate {
  readonly id: string
  readonly list: string
  /** The text of the event. */
  readonly text: string
}

/** Text to be sent at once. */
export interface Chunk {
  readonly bytes: Buffer
  /** Id of the last update in it, or skipped by it. */
  readonly upTo: string
}

export interface UpdateHistory {
  /** Id of the newest update. */
  newest(): string
  /** Whether updates after this id are no longer in memory. */
  isTooOld(id: string): boolean
  /** Forgets all, and starts again. @param floor all updates after this id are in `updates` */
  reset(floor: string, updates: readonly ListUpdate[]): void
  append(updates: readonly ListUpdate[]): void
  /** The next updates after an id, as many as fit into a chunk. @param lists null for all */
  chunkAfter(id: string, lists: ReadonlySet<string> | null): Chunk
}

/** Before all ids of a stream. */
export const START = '0-0'
/** Updates in memory: about ten minutes of a large site. */
export const MAX_KNOWN = 5_000
/** Bytes sent at a time to a listener that is behind. */
const CHUNK = 64 * 1_024
/** Cached chunks for listeners at the same position, until the next update. */
const MAX_SHARED = 100

/** Index of the first update after an id. */
const firstAfter = (updates: readonly ListUpdate[], id: string): number => {
  let [from, to] = [0, updates.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (isAfter(updates[middle]?.id ?? START, id)) to = middle
    else from = middle + 1
  }
  return from
}

const buildChunk = (known: readonly ListUpdate[], id: string, lists: ReadonlySet<string> | null): Chunk => {
  const texts: string[] = []
  let [length, upTo] = [0, id]
  for (let at = firstAfter(known, id); at < known.length && length < CHUNK; at += 1) {
    const update = known[at] as ListUpdate // within its length
    upTo = update.id
    if (lists !== null && !lists.has(update.list)) continue
    texts.push(update.text)
    length += update.text.length
  }
  return { bytes: Buffer.from(texts.join('')), upTo }
}

export const createUpdateHistory = (): UpdateHistory => {
  let known: ListUpdate[] = []
  /** All updates after this id are in memory. */
  let floor = START
  let last = START
  const shared = new Map<string, Chunk>()

  /** One chunk for all listeners at the same position: thousands need the same. */
  const sharedChunk = (id: string): Chunk => {
    const made = shared.get(id) ?? buildChunk(known, id, null)
    if (shared.size < MAX_SHARED) shared.set(id, made)
    return made
  }

  return {
    newest: () => last,
    isTooOld: id => isAfter(floor, id),
    reset(from, updates) {
      shared.clear()
      known = [...updates]
      floor = from
      last = known.at(-1)?.id ?? floor
    },
    append(updates) {
      shared.clear()
      known.push(...updates)
      last = known.at(-1)?.id ?? last
      if (known.length <= 2 * MAX_KNOWN) return
      floor = known.at(-MAX_KNOWN - 1)?.id ?? floor
      known = known.slice(-MAX_KNOWN)
    },
    chunkAfter: (id, lists) => (lists === null ? sharedChunk(id) : buildChunk(known, id, lists)),
  }
}
