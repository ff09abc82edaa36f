/**
 * Counts what services report: reads the stream as one consumer of a group and has each batch de-duplicated, counted
 * and acknowledged in one call, reading the next one meanwhile. What a dead consumer left is claimed. Keeps no raw
 * visitor id. Never ranks anything.
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
/** How often articles are told their counts while events come, ms. */
const COPY_EVERY = 1_000
const TRIM_EVERY = 1_000
const RETIRE_EVERY = MINUTE
/** A consumer silent for so long is gone: each asks for events every second. */
const GONE_AFTER = 15 * MINUTE
const SWEEP_EVERY = 5_000
const RETRY_AFTER = 500
/** How long Redis may take for a batch, or to say that nothing came, ms. */
const PATIENCE = 10_000

export interface EventCounter {
  /** Counts until the signal is aborted; what is in hand is finished first. */
  run(signal: AbortSignal): Promise<void>
  /** Judges and counts entries read from the stream, and tells articles their counts. @returns how many counted */
  countEntries(entries: readonly StreamEntry[]): Promise<number>
}

export interface CounterParts {
  readonly redis: Redis
  /** A connection of its own: waiting for events blocks it. */
  readonly blocking: Redis
  readonly keys: Keys
  readonly archive: KnownArticles
  readonly settings: () => EventSettings
  readonly now: () => number
  /** Of this process, unique among all. */
  readonly consumer: string
  readonly log: Logger
  /** See `CountingParts`. */
  readonly onRead?: CountingParts['onRead']
}

/** @returns whether so much time has passed since it last was; a clock that steps back makes it due as well */
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

  /** Once a minute or half-life, not once a batch: windows change only where a bucket begins. */
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
    // Given out while the clock was ahead, they would seem just given out until that time has come. What another has in
    // hand counts once.
    const after = isSetBack() ? 0 : claimAfter
    const taken = await claim({ redis, stream, consumer, after, batch }, countBatch)
    if (taken > 0) log.info({ events: taken }, 'events left behind were taken over')
  }

  const fresh = async (): Promise<readonly StreamEntry[]> => {
    // While a replay takes stock nothing new is begun; the stream keeps it.
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

    /** What is not to wait for the next batch, nor the next batch for it. */
    const meanwhile = async (isIdle: boolean): Promise<void> => {
      if (isIdle || copyDue()) {
        paused = (await redis.exists(keys.eventState('replay'))) === 1
        await copied
        copied = copying.copy()
        // Its failure is met where it is waited for.
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
    let inHand: readonly StreamEntry[] = []
    while (!signal.aborted || inHand.length > 0 || reading) {
      try {
        if (!ready) await ensureGroup()
        ready = true
        if (inHand.length === 0) {
          reading ??= fresh()
          inHand = await answered(blocking, PATIENCE, 'what is new', reading)
          reading = null
        }
        // The next batch travels and is parsed while Redis counts this one.
        if (!signal.aborted && inHand.length > 0) {
          reading ??= fresh()
          reading.catch(() => undefined)
        }
        const isIdle = inHand.length === 0
        if (isIdle) await answered(redis, PATIENCE, 'a turn of windows', rotate())
        else {
          const done = await answered(redis, PATIENCE, 'a batch', countBatch(inHand))
          latest = Math.max(latest, done.latest)
        }
        inHand = []
        await answered(redis, PATIENCE, 'what is done beside', meanwhile(isIdle))
      } catch (error) {
        // What it still brings stays pending, and is claimed.
        reading = null
        copied = Promise.resolve()
        if (signal.aborted) return
        if (error instanceof UnansweredError) blocking.disconnect(true)
        // The group went with the stream (a flushed or replaced Redis): it is made again, and what is in hand went with
        // it.
        if (error instanceof Error && /^NOGROUP|no such key/i.test(error.message)) inHand = []
        ready = false
        // So did the marks of the windows.
        rotatedAt = ''
        logError(error, 'events could not be counted; trying again')
        await delay(RETRY_AFTER)
      }
    }
    await answered(redis, PATIENCE, 'the last counts', copied.then(copying.copy))
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
