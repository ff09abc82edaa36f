/**
 * Errors that mean Redis cannot serve a command right now but may in a moment: work that hits one is retried rather
 * than abandoned. Also explains their consequences: an outage is expected, so it is logged as a warning in plain words,
 * not as an error with its stack.
 */

import type { Logger } from 'pino'
import type { LogEventName } from '../domain/log-events.ts'
import { isWriteRejected } from './write-rejected.ts'

const AWAY =
  /ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|Connection is closed|LOADING|Stream isn't writeable|Unknown RESP type|SETUP_REFUSED|Socket timeout\. Expecting data/
/** A failover, slots moving, too few replicas, or a long-running script. */
const CHANGING =
  /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|READONLY|UNBLOCKED|NOREPLICAS|BUSY)\b|slots allocation group|Failed to refresh slots|All sentinels are unreachable|Cluster isn't ready|WAIT cannot be used with replica/

const formatError = (error: Error): string => `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}`

/** Redis is unreachable, or refuses the connection: the connection itself reports it. */
export const isConnectionError = (error: Error): boolean => AWAY.test(formatError(error))

/** Like `isConnectionError`, and also errors during a failover or before writes are replicated. */
export const isTransientError = (error: Error): boolean =>
  isConnectionError(error) || CHANGING.test(error.message) || (error as NodeJS.ErrnoException).code === 'NOT_KEPT'

/** The consequences of a Redis outage and how newsdesk reacts. An error not listed here is a bug or another problem. */
const OUTAGES: readonly { readonly kind: string; readonly of: (error: Error) => boolean; readonly text: string }[] = [
  {
    kind: 'stream gone',
    of: ({ message }) => /^(UNBLOCKED the|NOGROUP)\b|^ERR no such key/.test(message),
    text: 'a stream or its consumer group is gone from Redis, which was emptied or replaced: it is created again',
  },
  {
    kind: 'job gone',
    of: ({ message }) => /^Missing key for (parent )?job\b/.test(message),
    text: 'a running job is gone from Redis, which was emptied or replaced: sources are scheduled anew, and their next crawls do its work',
  },
  {
    kind: 'lock lost',
    of: ({ message }) =>
      /^(Missing lock|Lock mismatch) for job\b|^could not renew lock for job\b|^Job \S+ is not in the \w+ state\b/.test(
        message,
      ),
    text: 'a running job lost its lock, since Redis or this process was held up: it is run again, and nothing is counted twice',
  },
  {
    kind: 'unanswered',
    of: error => (error as NodeJS.ErrnoException).code === 'UNANSWERED',
    text: 'Redis does not answer: newsdesk connects anew and asks again',
  },
  {
    kind: 'rejected',
    of: isWriteRejected,
    text: 'Redis rejects writes for now: newsdesk tries again until it takes them',
  },
  {
    kind: 'not replicated',
    of: error => (error as NodeJS.ErrnoException).code === 'NOT_KEPT',
    text: 'replicas of Redis do not confirm what is written: newsdesk does it again until they do',
  },
  { kind: 'away', of: isTransientError, text: 'Redis cannot be reached or is changing over: newsdesk tries again' },
]

/**
 * @returns what happened and what newsdesk does about it, for people; null if the error is not the consequence of an
 * outage
 */
export const explainOutage = (error: unknown): { readonly kind: string; readonly text: string } | null =>
  error instanceof Error ? (OUTAGES.find(outage => outage.of(error)) ?? null) : null

/** What an error is logged with: the event, and what it concerned. */
export interface OutageContext {
  readonly event: LogEventName
  readonly queue?: string
  readonly tick?: string
  readonly topic?: string
}

/** Logs an error at the level that suits it. */
export type OutageLog = (error: unknown, about: OutageContext, message: string) => void

/**
 * The same consequence of an outage is not logged again within this time, ms: every job and every second may produce
 * it.
 */
const LOG_EVERY = 60_000
/** The same for any other error, so that a loop that fails again and again does not fill the disk. */
const ERROR_EVERY = 10_000
/** How many errors are remembered for that. */
const MAX_KNOWN = 500

/** Tells which errors were logged a moment ago. Ids and numbers do not make them different. */
const createRepetitions = (elapsed: () => number) => {
  const known = new Map<string, { at: number; count: number }>()
  return {
    /** @returns how many were left out since it was last logged; null if it was logged a moment ago */
    take(error: unknown, { event, ...about }: OutageContext): number | null {
      const text = error instanceof Error ? error.message : String(error)
      const key = JSON.stringify([event, about, text.slice(0, 200).replace(/\d+/g, '#')])
      const last = known.get(key)
      if (last && elapsed() - last.at < ERROR_EVERY) {
        last.count += 1
        return null
      }
      if (known.size >= MAX_KNOWN) known.clear()
      known.set(key, { at: elapsed(), count: 0 })
      return last?.count ?? 0
    },
  }
}

/**
 * @returns a function that logs a consequence of an outage as a warning in plain words, at most once a minute, and
 * anything else as an error, the same at most every ten seconds; a rejected write, which src/redis/write-watch.ts logs, only for debugging
 * @param elapsed a clock in ms that is never set
 */
export const createOutageLog = (log: Logger, elapsed: () => number = () => performance.now()): OutageLog => {
  const saidAt = new Map<string, number>()
  const repetitions = createRepetitions(elapsed)
  return (error, { event, ...about }, message) => {
    const outage = explainOutage(error)
    if (outage === null) {
      const repeated = repetitions.take(error, { event, ...about })
      if (repeated !== null) log.error({ event, ...about, err: error, ...(repeated > 0 ? { repeated } : {}) }, message)
      return
    }
    const { kind, text } = outage
    const reason = (error as Error).message // only errors are explained
    // Logged once by the watch on writes when it begins, and once when it ends.
    if (kind === 'rejected') {
      log.debug({ event: 'redis.interrupted', ...about, failed: event, kind, reason }, text)
      return
    }
    const last = saidAt.get(kind) ?? Number.NEGATIVE_INFINITY
    if (elapsed() - last < LOG_EVERY) return
    saidAt.set(kind, elapsed())
    log.warn({ event: 'redis.interrupted', ...about, failed: event, kind, reason }, text)
  }
}
