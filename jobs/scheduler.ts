/**
 * Runs ticks by the clock: node-cron tasks that only ever put work in queues. However many replicas run, each tick
 * fires once, in the first replica that takes its slot in Redis. If that replica dies, the next tick makes up for it,
 * since each tick asks what is due; if the next tick is far off, another replica takes over.
 *
 * node-cron parses the patterns, computes the next moment and runs the task; wake.ts wakes it, and is robust against
 * steps of the clock (docs/decisions/0025).
 */

import type { Redis } from 'ioredis'
import { createTask, type ScheduledTask } from 'node-cron'
import type { Logger } from 'pino'
import type { Keys } from '../src/redis/keys.ts'
import { createOutageLog } from '../src/redis/transient-error.ts'
import { runSlot } from './tick-slot.ts'
import { startWaking, type Waking } from './wake.ts'

export interface Tick {
  readonly name: string
  /** ms between runs: a divisor of a minute, of an hour, or of a day. */
  readonly every: number
  /** @param signal aborted when the schedule stops */
  readonly run: (signal: AbortSignal) => Promise<void>
}

/**
 * A cron pattern with seconds for a span that divides a minute, an hour or a day evenly.
 * @throws RangeError for a span that does not, naming it
 */
export const cronPattern = (every: number): string => {
  const units = [
    { size: 1_000, count: 60, pattern: (n: number) => `*/${n} * * * * *` },
    { size: 60_000, count: 60, pattern: (n: number) => `0 */${n} * * * *` },
    { size: 3_600_000, count: 24, pattern: (n: number) => `0 0 */${n} * * *` },
  ]
  for (const { size, count, pattern } of units) {
    const n = every / size
    if (Number.isInteger(n) && n >= 1 && n < count && count % n === 0) return pattern(n)
  }
  throw new RangeError(
    `a tick of ${every} ms divides neither a minute, an hour nor a day: use 1s, 5s, 10s, 30s, 1m, 5m, 1h or the like`,
  )
}

export interface ScheduleParts {
  readonly redis: Redis
  readonly keys: Keys
  /** Of this replica. */
  readonly daemonId: string
  readonly log: Logger
}

/**
 * If a replica dies during a tick, another takes it over, unless ticks are this close (ms): then the next tick is soon
 * enough.
 */
const OFTEN = 5_000

/** Sends node-cron's messages, mostly failures of tasks, to our log. */
const adaptLogger = (log: Logger) => ({
  info: (message: string) => log.debug({ event: 'tick.note' }, message),
  warn: (message: string) => log.debug({ event: 'tick.note' }, message),
  error: (message: string | Error, err?: Error) =>
    log.warn({ event: 'tick.not_started', err: err ?? message }, 'a tick could not be started'),
  debug: () => undefined,
})

/**
 * The next moment of a task according to node-cron, ms since the epoch. Computed from now, however far the clock was
 * set.
 */
const findNext = (task: ScheduledTask): number => {
  const [next] = task.getNextRuns(1)
  if (next === undefined) throw new Error(`node-cron knows no next moment for ${task.getPattern()}`)
  return next.getTime()
}

/** Starts the ticks. @returns a function that stops them and waits for one that is running */
export const startSchedule = (
  ticks: readonly Tick[],
  { redis, keys, daemonId, log }: ScheduleParts,
): (() => Promise<void>) => {
  const inHand = new Map<string, Promise<unknown>>()
  const stopping = new AbortController()
  const logError = createOutageLog(log)
  const tasks: ScheduledTask[] = []
  const wakings = ticks.map(({ name, every, run }): Waking => {
    let slotAt = 0
    const task = createTask(
      cronPattern(every),
      () => {
        const slot = {
          id: `${name}:${new Date(slotAt).toISOString().slice(0, 19)}`,
          keptFor: Math.max(every, 1_000),
          isAwaited: every > OFTEN,
        }
        // A tick that fails is logged and repeated; node-cron would only print the error.
        return runSlot(slot, () => run(stopping.signal), { redis, keys, daemonId, signal: stopping.signal })
          .then(() => undefined)
          .catch((error: unknown) =>
            logError(error, { event: 'tick.failed', tick: name }, 'tick failed; the next one makes up for it'),
          )
      },
      { name, timezone: 'UTC', logger: adaptLogger(log) },
    )
    tasks.push(task)
    return {
      next: () => findNext(task),
      wake: now => {
        if (inHand.has(name))
          return log.debug(
            { event: 'tick.skipped', tick: name },
            'the previous tick is still running; this one is skipped',
          )
        // Every pattern divides a day of UTC, so this is its latest moment, in every replica and after any step of the
        // clock.
        slotAt = now - (now % every)
        inHand.set(
          name,
          task.execute().finally(() => inHand.delete(name)),
        )
      },
    }
  })
  const stopWaking = startWaking(wakings)
  return async () => {
    stopWaking()
    stopping.abort()
    await Promise.all(inHand.values())
    await Promise.all(tasks.map(task => task.destroy()))
  }
}
