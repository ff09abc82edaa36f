/**
 * This process's copy of the stories of the window: a clusterer that has folded the log of decisions in Redis. Callers
 * use it one at a time (src/stories/stories.ts). (docs/decisions/0013)
 */

import type { Redis } from 'ioredis'
import type { StorySettings } from '../config/sections/stories.ts'
import type { Pin } from '../domain/story-decision.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { isAfter, timestampOfStreamId } from '../redis/stream-id.ts'
import { readHashKey } from './hash-key.ts'
import { type Clusterer, createClusterer } from './rules/clusterer.ts'
import { type Decided, readEntry, writeEntry } from './rules/log-entry.ts'
import type { HashKey } from './rules/term-hash.ts'
import type { Snapshot } from './snapshot.ts'

const appendScript = loadScript(new URL('./append-log.lua', import.meta.url))

const PAGE_SIZE = 2_000
const LOG_START = '0-0'
/** The index is saved anew after so many new entries, or after this share of its articles if that is more. */
const SAVED_EVERY = 2_000
const SAVED_SHARE = 0.1

export interface ReplicaParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly settings: () => StorySettings
  /** ms since the epoch; corrected by the clock of Redis. */
  readonly now: () => number
  /** Works through a list and lets other work of the process run in between. */
  readonly inSlices: <From, To>(all: readonly From[], work: (one: From) => To) => Promise<To[]>
  /** Where the index is saved for the next start. */
  readonly snapshot?: Snapshot | undefined
}

/** Everything that the log says so far. */
export interface CaughtUp {
  /** Replaced by a new one after the log was cleared. */
  readonly clusterer: Clusterer
  /** The key for hashing words. */
  readonly key: HashKey
}

export interface Replica {
  /** Folds what has been appended to the log since the last call. */
  catchUp(): Promise<CaughtUp>
  /** The Redis time at which the next entries will be logged, ms since the epoch. */
  logTime(): number
  /**
   * Appends entries to the log. The caller folds them into the clusterer itself: `catchUp` does not read them again.
   * @param at the time that `logTime` returned
   * @returns false if nothing was appended because another process was first, or because our clock was wrong
   */
  append(entries: readonly (Decided | { readonly pin: Pin })[], at: number): Promise<boolean>
  /** Saves the index for the next start, if it has changed; a failure is logged. */
  save(): Promise<void>
  /** `save`, once enough has been added that a restart would notice. */
  saveWhenDue(): Promise<void>
}

export const createReplica = ({ redis, keys, settings, now, inSlices, snapshot }: ReplicaParts): Replica => {
  const log = keys.storyLog()
  let caughtUp: CaughtUp | null = null
  /** The last entry that was folded. */
  let last = LOG_START
  /** ms by which the clock of Redis is ahead of this process's. */
  let ahead = 0
  /** Entries since the index was saved or restored. */
  let unsaved = 0

  /** Goes on from the saved index, if there is one of this log; from the start of the log otherwise. */
  const begin = async (): Promise<CaughtUp> => {
    caughtUp = null
    const key = await readHashKey(redis, keys)
    const restored = createClusterer(settings, key)
    const from = await snapshot?.restore(restored.saved, key)
    last = from ?? LOG_START
    unsaved = 0
    caughtUp = { clusterer: from ? restored : createClusterer(settings, key), key }
    return caughtUp
  }

  const save = async (): Promise<void> => {
    if (caughtUp === null || unsaved === 0) return
    unsaved = 0
    await snapshot?.save(caughtUp.clusterer.saved, caughtUp.key, last)
  }

  const catchUp = async (): Promise<CaughtUp> => {
    let current = caughtUp ?? (await begin())
    for (;;) {
      const page = await redis.xrange(log, last === LOG_START ? '-' : last, '+', 'COUNT', PAGE_SIZE)
      // Read from the last known entry itself. If it is gone, the log was cleared or truncated: start again from the
      // log and a possibly new key.
      if (last !== LOG_START && page[0]?.[0] !== last) {
        current = await begin()
        continue
      }
      const { clusterer } = current
      await inSlices(page, ([id, [, json]]) => {
        if (id === last) return
        if (json !== undefined) clusterer.fold(readEntry(json, timestampOfStreamId(id)))
        last = id
        unsaved += 1
      })
      if (page.length < PAGE_SIZE) return current
    }
  }

  return {
    catchUp,

    logTime: () => Math.max(Math.round(now() + ahead), timestampOfStreamId(last)),

    async append(entries, at) {
      if (entries.length === 0) return true
      const written = entries.map(writeEntry)
      const answer = await runScript(redis, appendScript, [log], [last, settings().window, at, ...written])
      const [outcome, ...values] = answer as string[] // as append-log.lua returns
      if (outcome === 'ok') {
        last = values.at(-1) ?? last
        unsaved += entries.length
      } else if (outcome === 'clock') ahead = Number(values[0]) - now()
      // The log ends before the last folded entry: it was cleared or truncated. Start again from the log and a possibly
      // new key.
      else if (isAfter(last, values[0] ?? '0-0')) caughtUp = null
      return outcome === 'ok'
    },

    save,

    async saveWhenDue() {
      if (unsaved >= Math.max(SAVED_EVERY, SAVED_SHARE * (caughtUp?.clusterer.size ?? 0))) await save()
    },
  }
}
