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
import { loadScript, runScript } from '../redis/script.ts'
import { createOutageLog } from '../redis/transient-error.ts'
import { createSetBack } from '../util/plausible-time.ts'
import type { StreamEntry } from './batch.ts'
import { claim } from './claim-stale.ts'
import { createCopying } from './copy-counts.ts'
import { type CountingParts, createCounting, GROUP, type KnownArticles } from './counting.ts'
import { answered, UnansweredError } from './retry.ts'

const trimScript = loadScript(new URL('./trim.lua', import.meta.url))
const retireScript = loadScript(new URL('./retire.lua', import.meta.url))

const BLOCK = 1_000
/** How often counts are copied into article hashes while events arrive, ms. */
const COPY_EVERY = 1_000
const TRIM_EVERY = 1_000
const RETIRE_EVERY = MINUTE
/** A consumer idle for this long is dead: a live one reads every second. */
const GONE_AFTER = 15 * MINUTE
const SWEEP_EVERY = 5_000
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
  /** See `CountingParts`. */
  readonly onRead?: CountingParts['onRead']
}

/**
 * @returns a function that is true once the interval has passed since it last was; also after the clock stepped back
 */
const everyMs = (ms: number | (() => number), now: () => number) => {
  let last = Number.NEGATIVE_INFINITY
  return (): boolean => {
    if (Math.abs(now() - last) < (typeof ms === 'number' ? ms : ms())) return false
    last = now()
    return true
  }
}

export const createEventCounter = (parts: CounterParts): EventCounter => {
  const { redis, blocking, keys, archive, settings, now, consumer, log } = parts
  const stream = keys.events()
  const base = keys.eventState('')
  const counting = createCounting({ redis, keys, archive, settings, onRead: parts.onRead })
  const copying = createCopying({ redis, keys })
  const logError = createOutageLog(log)
  let rotatedAt = ''
  let paused = false

  /** Runs once a minute or after a new half-life, not once a batch: windows change only where a bucket begins. */
  const rotate = async (): Promise<void> => {
    const at = `${Math.floor(now() / MINUTE)} ${settings().halfLife}`
    if (at === rotatedAt) return
    await counting.rotate(base, now())
    rotatedAt = at
  }

  const countBatch = async (entries: readonly StreamEntry[]): Promise<{ counted: number; latest: number }> => {
    await rotate()
    return counting.count(entries, { base, group: GROUP, now: now(), from: 0 })
  }

  const ensureGroup = async (): Promise<void> => {
    try {
      await redis.xgroup('CREATE', stream, GROUP, '0', 'MKSTREAM')
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error
    }
  }

  const isSetBack = createSetBack(now)
  const countClaimed = async (): Promise<void> => {
    const { claimAfter, batch } = settings()
    // Entries delivered while the clock was ahead would look recently delivered until that time is reached. Claiming
    // them all is safe: an entry that another consumer is still counting counts once.
    const after = isSetBack() ? 0 : claimAfter
    const taken = await claim({ redis, stream, consumer, after, batch }, countBatch)
    if (taken > 0) log.info({ events: taken }, 'events left behind were taken over')
  }

  const readNew = async (): Promise<readonly StreamEntry[]> => {
    // While a replay has paused counting, read nothing new; the stream keeps it.
    if (paused) {
      await delay(RETRY_AFTER)
      return []
    }
    const answer = (await blocking.xreadgroup(
      ...(['GROUP', GROUP, consumer, 'COUNT', settings().batch, 'BLOCK', BLOCK, 'STREAMS', stream, '>'] as const),
    )) as [string, StreamEntry[]][] | null
    return answer?.[0]?.[1] ?? []
  }

  const run = async (signal: AbortSignal): Promise<void> => {
    const [claimDue, retireDue] = [everyMs(() => settings().claimAfter, now), everyMs(RETIRE_EVERY, now)]
    const [copyDue, trimDue, sweepDue] = [everyMs(COPY_EVERY, now), everyMs(TRIM_EVERY, now), everyMs(SWEEP_EVERY, now)]
    let latest = 0
    let copied: Promise<unknown> = Promise.resolve()

    /** Periodic work that runs while the next batch is being read. */
    const runPeriodic = async (isIdle: boolean): Promise<void> => {
      if (isIdle || copyDue()) {
        paused = (await redis.exists(keys.eventState('replay'))) === 1
        await copied
        copied = copying.copy()
        // The error is handled where the promise is awaited.
        copied.catch(() => undefined)
      }
      if (trimDue())
        await runScript(redis, trimScript, [stream], [GROUP, latest - settings().retention, settings().maxStreamLength])
      if (claimDue()) await countClaimed()
      if (retireDue()) await runScript(redis, retireScript, [stream], [GROUP, GONE_AFTER])
      if (isIdle && sweepDue()) await copying.sweep()
    }

    let ready = false
    let reading: Promise<readonly StreamEntry[]> | null = null
    let current: readonly StreamEntry[] = []
    while (!signal.aborted || current.length > 0 || reading) {
      try {
        if (!ready) await ensureGroup()
        ready = true
        if (current.length === 0) {
          reading ??= readNew()
          current = await answered(blocking, TIMEOUT, 'what is new', reading)
          reading = null
        }
        // The next batch is transferred and parsed while Redis counts this one.
        if (!signal.aborted && current.length > 0) {
          reading ??= readNew()
          reading.catch(() => undefined)
        }
        const isIdle = current.length === 0
        if (isIdle) await answered(redis, TIMEOUT, 'a turn of windows', rotate())
        else {
          const done = await answered(redis, TIMEOUT, 'a batch', countBatch(current))
          latest = Math.max(latest, done.latest)
        }
        current = []
        await answered(redis, TIMEOUT, 'what is done beside', runPeriodic(isIdle))
      } catch (error) {
        // Whatever that read still delivers stays pending and is claimed later.
        reading = null
        copied = Promise.resolve()
        if (signal.aborted) return
        if (error instanceof UnansweredError) blocking.disconnect(true)
        // The group disappeared with the stream (Redis was flushed or replaced): recreate it. The entries of the
        // current batch are gone too.
        if (error instanceof Error && /^NOGROUP|no such key/i.test(error.message)) current = []
        ready = false
        // The marks of the windows are gone as well.
        rotatedAt = ''
        logError(error, 'events could not be counted; trying again')
        await delay(RETRY_AFTER)
      }
    }
    await answered(redis, TIMEOUT, 'the last counts', copied.then(copying.copy))
  }

  return {
    run,
    async countEntries(entries) {
      const { counted } = await countBatch(entries)
      await copying.copy()
      return counted
    },
  }
}
