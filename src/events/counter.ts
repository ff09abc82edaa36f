/**
 * Counts reported events: reads the stream as one consumer of a group; one call per batch de-duplicates, counts and
 * acknowledges it while the next batch is being read. Claims what a dead consumer left. Stores no raw visitor id and
 * never ranks anything.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { EventSettings } from '../config/sections/events.ts'
import { MINUTE } from '../domain/window.ts'
import type { Keys } from '../redis/keys.ts'
import { createOutageLog } from '../redis/transient-error.ts'
import type { WriteWatch } from '../redis/write-watch.ts'
import type { StreamEntry } from './batch.ts'
import { createCopying } from './copy-counts.ts'
import { type CountingParts, createCounting, GROUP } from './counting.ts'
import type { KnownArticles } from './known-articles.ts'
import { answered, UnansweredError } from './retry.ts'
import { createStreamReader } from './stream-reader.ts'
import { createUpkeep } from './upkeep.ts'

const RETRY_AFTER = 500
/** How long Redis may take to count a batch, or to answer that nothing arrived, ms. */
const TIMEOUT = 10_000

export interface EventCounter {
  /** Counts until the signal is aborted; a batch already read is finished first. */
  run(signal: AbortSignal): Promise<void>
  /**
   * Validates and counts entries read from the stream, and copies the counts into article hashes. @returns how many
   * counted
   */
  countEntries(entries: readonly StreamEntry[]): Promise<number>
}

export interface CounterParts {
  readonly redis: Redis
  /** A dedicated connection: waiting for events blocks it. */
  readonly blocking: Redis
  readonly keys: Keys
  readonly archive: KnownArticles
  readonly settings: () => EventSettings
  readonly now: () => number
  /** Name of this process's consumer, unique among all processes. */
  readonly consumer: string
  readonly log: Logger
  /** Says when Redis accepts writes again. */
  readonly writes?: Pick<WriteWatch, 'note' | 'accepted'>
  /** Called with how many events a batch had, and how many of them counted. */
  readonly onCounted?: (read: number, counted: number) => void
  /** See `CountingParts`. */
  readonly onRead?: CountingParts['onRead']
}

/** Counts batches, and moves the windows when a bucket begins rather than with each batch. */
const createBatchCounter = ({ redis, keys, archive, settings, now, onRead, onCounted }: CounterParts) => {
  const base = keys.eventState('')
  const counting = createCounting({ redis, keys, archive, settings, onRead })
  let rotatedAt = ''

  /** Runs once a minute, and after the half-life was changed. */
  const rotate = async (): Promise<void> => {
    const at = `${Math.floor(now() / MINUTE)} ${settings().halfLife}`
    if (at === rotatedAt) return
    await counting.rotate(base, now())
    rotatedAt = at
  }

  return {
    rotate,
    async count(entries: readonly StreamEntry[]): Promise<{ counted: number; latest: number }> {
      await rotate()
      const done = await counting.count(entries, { base, group: GROUP, now: now(), from: 0 })
      onCounted?.(entries.length, done.counted)
      return done
    },
    /** To be called after an error: the marks of the windows may be gone. */
    reset(): void {
      rotatedAt = ''
    },
  }
}

export const createEventCounter = (parts: CounterParts): EventCounter => {
  const { redis, blocking, keys, settings, consumer, writes, log } = parts
  const stream = keys.events()
  const batches = createBatchCounter(parts)
  const copying = createCopying({ redis, keys })
  const logError = createOutageLog(log)

  const run = async (signal: AbortSignal): Promise<void> => {
    const upkeep = createUpkeep({ ...parts, copying, countBatch: batches.count })
    const { isPaused } = upkeep
    const batch = () => settings().batch
    const reader = createStreamReader({ redis, blocking, stream, consumer, batch, isPaused, timeout: TIMEOUT })
    let latest = 0
    let current: readonly StreamEntry[] = []

    const turn = async (): Promise<void> => {
      if (current.length === 0) current = await reader.next()
      const isIdle = current.length === 0
      // The next batch is transferred and parsed while Redis counts this one.
      if (!signal.aborted && !isIdle) reader.prefetch()
      if (isIdle) await answered(redis, TIMEOUT, 'a move of the windows', batches.rotate())
      else {
        const done = await answered(redis, TIMEOUT, 'a batch', batches.count(current))
        latest = Math.max(latest, done.latest)
      }
      current = []
      await answered(redis, TIMEOUT, 'what follows a batch', upkeep.run(isIdle, latest))
    }

    while (!signal.aborted || current.length > 0 || reader.isReading()) {
      try {
        await turn()
      } catch (error) {
        for (const each of [reader, upkeep, batches]) each.reset()
        if (signal.aborted) return
        if (error instanceof UnansweredError) blocking.disconnect(true)
        // The group disappeared with the stream (Redis was flushed or replaced): the reader creates it again. The
        // entries of the current batch are gone too.
        if (error instanceof Error && /^NOGROUP|no such key/i.test(error.message)) current = []
        logError(error, { event: 'events.count_failed' }, 'events could not be counted; trying again')
        if (writes?.note(error)) await writes.accepted(signal)
        else await delay(RETRY_AFTER)
      }
    }
    await answered(redis, TIMEOUT, 'the last counts', upkeep.finish())
  }

  return {
    run,
    async countEntries(entries) {
      const { counted } = await batches.count(entries)
      await copying.copy()
      return counted
    },
  }
}
