/**
 * What happens by the clock: node-cron ticks that only ever put work in queues. However many replicas run, a tick fires once: the
 * first to take its slot in Redis runs it. One that dies over it is made up for by the next tick, since each asks what is due, or by
 * another replica where the next is far.
 */

import type { Redis } from 'ioredis'
import { type ScheduledTask, schedule } from 'node-cron'
import type { Logger } from 'pino'
import type { Keys } from '../src/redis/keys.ts'
import { runSlot } from './slot.ts'

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

/** ms between ticks up to which the next one is soon enough where a replica died over one. */
const OFTEN = 5_000

/** What node-cron has to say goes where all else is said: that a tick was left out since the one before still runs, or Redis took no slot. */
const quietly = (log: Logger) => ({
  info: (message: string) => log.debug(message),
  warn: (message: string) => log.debug(message),
  error: (message: string | Error, err?: Error) => log.warn({ err: err ?? message }, 'a tick could not be started'),
  debug: () => undefined,
})

/** Starts the ticks. @returns a function that stops them and waits for the one in hand */
export const startSchedule = (
  ticks: readonly Tick[],
  { redis, keys, daemonId, log }: ScheduleParts,
): (() => Promise<void>) => {
  const inHand = new Set<Promise<void>>()
  const stopping = new AbortController()
  const tasks: ScheduledTask[] = ticks.map(({ name, every, run }) =>
    schedule(
      cronPattern(every),
      ({ date }) => {
        const slot = {
          id: `${name}:${date.toISOString().slice(0, 19)}`,
          kept: Math.max(every, 1_000),
          isAwaited: every > OFTEN,
        }
        // A tick that fails is logged and comes again; thrown into node-cron it would only be printed.
        const running = runSlot(slot, () => run(stopping.signal), { redis, keys, daemonId, signal: stopping.signal })
          .then(() => undefined)
          .catch((error: unknown) => log.error({ err: error, tick: name }, 'tick failed; the next one makes up for it'))
        inHand.add(running)
        return running.finally(() => inHand.delete(running))
      },
      {
        name,
        timezone: 'UTC',
        noOverlap: true,
        logger: quietly(log),
        // A daemon that was busy or asleep has nothing to make up: the next tick asks what is due by then.
        suppressMissedWarning: true,
      },
    ),
  )
  return async () => {
    stopping.abort()
    await Promise.all(tasks.map(task => task.destroy()))
    await Promise.all(inHand)
  }
}
