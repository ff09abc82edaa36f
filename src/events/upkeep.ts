/**
 * Work of the counter beside counting: copies counts into article hashes, trims the stream, and claims what dead
 * consumers left.
 */

import type { Logger } from 'pino'
import type { EventSettings } from '../config/sections/events.ts'
import { MINUTE } from '../domain/window.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import { createSetBack } from '../util/plausible-time.ts'
import type { StreamEntry } from './batch.ts'
import { claim } from './claim-stale.ts'
import type { Copying } from './copy-counts.ts'
import { GROUP } from './counting.ts'

const trimScript = loadScript(new URL('./trim.lua', import.meta.url))
const retireScript = loadScript(new URL('./retire.lua', import.meta.url))

/** How often counts are copied into article hashes while events arrive, ms. */
const COPY_EVERY = 1_000
const TRIM_EVERY = 1_000
const RETIRE_EVERY = MINUTE
/** A consumer idle for this long is dead: a live one reads every second. */
const GONE_AFTER = 15 * MINUTE
const SWEEP_EVERY = 5_000

export interface Upkeep {
  /**
   * Does what is due; to be called after each batch.
   * @param isIdle whether there was nothing to count
   * @param latest when the latest counted event was added, ms
   */
  run(isIdle: boolean, latest: number): Promise<void>
  /** Whether a replay has paused counting, as of the last run. */
  isPaused(): boolean
  /** Copies the last counts. */
  finish(): Promise<unknown>
  /** To be called after an error: does not wait for what was going on. */
  reset(): void
}

export interface UpkeepParts extends Store {
  readonly copying: Copying
  readonly countBatch: (entries: readonly StreamEntry[]) => Promise<unknown>
  readonly settings: () => EventSettings
  readonly now: () => number
  readonly consumer: string
  readonly log: Logger
}

/**
 * @returns a function that is true once the interval has passed since it last was; also after the clock stepped back
 */
const everyMs = (ms: () => number, now: () => number) => {
  let last = Number.NEGATIVE_INFINITY
  return (): boolean => {
    if (Math.abs(now() - last) < ms()) return false
    last = now()
    return true
  }
}

export const createUpkeep = (parts: UpkeepParts): Upkeep => {
  const { redis, keys, copying, countBatch, settings, now, consumer, log } = parts
  const stream = keys.events()
  const every = (ms: number) => everyMs(() => ms, now)
  const claimDue = everyMs(() => settings().claimAfter, now)
  const [copyDue, trimDue] = [every(COPY_EVERY), every(TRIM_EVERY)]
  const [retireDue, sweepDue] = [every(RETIRE_EVERY), every(SWEEP_EVERY)]
  const isSetBack = createSetBack(now)
  let paused = false
  let copied: Promise<unknown> = Promise.resolve()

  const claimStale = async (): Promise<void> => {
    const { claimAfter, batch } = settings()
    // Entries delivered while the clock was ahead would look recently delivered until that time is reached. Claiming
    // them all is safe: an entry that another consumer is still counting counts once.
    const after = isSetBack() ? 0 : claimAfter
    const taken = await claim({ redis, stream, consumer, after, batch }, countBatch)
    if (taken > 0) log.info({ event: 'events.taken_over', events: taken }, 'events left behind were taken over')
  }

  return {
    async run(isIdle, latest) {
      if (isIdle || copyDue()) {
        paused = (await redis.exists(keys.eventState('replay'))) === 1
        await copied
        copied = copying.copy()
        // The error is handled where the promise is awaited.
        copied.catch(() => undefined)
      }
      const { retention, maxStreamLength } = settings()
      if (trimDue()) await runScript(redis, trimScript, [stream], [GROUP, latest - retention, maxStreamLength])
      if (claimDue()) await claimStale()
      if (retireDue()) await runScript(redis, retireScript, [stream], [GROUP, GONE_AFTER])
      if (isIdle && sweepDue()) await copying.sweep()
    },

    isPaused: () => paused,
    finish: () => copied.then(copying.copy),

    reset() {
      copied = Promise.resolve()
    },
  }
}
