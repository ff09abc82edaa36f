/**
 * Counts of refused requests: kind, user, number, and time and details of the last. Any number of refusals takes the
 * same memory and, in this process, one write a second, so that nobody can push actions out of the audit (audit-log.ts)
 * by trying what is not allowed. (docs/decisions/0020)
 */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Keys } from '../../../redis/keys.ts'
import { loadScript, runScript } from '../../../redis/script.ts'
import { createOutageLog } from '../../../redis/transient-error.ts'
import type { Actor } from '../../../use-cases/audit-log.ts'
import { createAllowance } from '../../public/rate-limit.ts'

/**
 * `role`: a viewer tried to act. `log-in`: a wrong password. `delayed`: an attempt came too soon. `token`: an invalid
 * token, or a user of the proxy who is not admitted.
 */
export const REFUSALS = ['role', 'log-in', 'delayed', 'token', 'forged', 'host'] as const
export type RefusalKind = (typeof REFUSALS)[number]

const StoredRefusals = z.object({
  count: z.number(),
  /** ms since the epoch. */
  first: z.number(),
  last: z.number(),
  /** Address of the last one; empty if unknown. */
  from: z.string(),
  /** What the last one tried. */
  on: z.string(),
})

export interface RefusedRequest extends z.infer<typeof StoredRefusals> {
  readonly kind: string
  readonly who: string
}

export interface Refusals {
  /**
   * @returns 0, or the seconds the client should be told to wait, because too many of its requests were refused within
   * a minute
   */
  count(kind: RefusalKind, by: Actor, on: string): number
  /** The latest refusal first. */
  read(): Promise<readonly RefusedRequest[]>
  /** Writes pending counts. */
  close(): Promise<void>
}

export interface RefusalsParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
  /** Called for each refusal, for monitoring. */
  readonly onRefused: (kind: RefusalKind) => void
}

const MAX_ENTRIES = 500
const LIFETIME = 30 * 86_400_000
/** ms between two writes of one process. */
const WRITE_INTERVAL = 1_000
const LOGGED_EACH_MINUTE = 1
const PER_MINUTE = 60
const MAX_TEXT = 200

const merge = loadScript(new URL('./refusals.lua', import.meta.url))

const addTo = (
  all: Map<string, z.infer<typeof StoredRefusals>>,
  field: string,
  more: z.infer<typeof StoredRefusals>,
): void => {
  const had = all.get(field)
  if (had === undefined && all.size >= MAX_ENTRIES) return
  all.set(field, had ? { ...more, count: had.count + more.count, first: had.first } : more)
}

export const createRefusals = ({ redis, keys, log, now, onRefused }: RefusalsParts): Refusals => {
  const logError = createOutageLog(log)
  const key = keys.admin('refused')
  let pending = new Map<string, z.infer<typeof StoredRefusals>>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  const logged = createAllowance({ perMinute: () => LOGGED_EACH_MINUTE, now })
  const answered = createAllowance({ perMinute: () => PER_MINUTE, now })

  const write = async (): Promise<void> => {
    const batch = pending
    if (batch.size === 0) return
    pending = new Map()
    const pairs = [...batch].flatMap(([field, entry]) => [field, JSON.stringify(entry)])
    try {
      await runScript(redis, merge, [key], [MAX_ENTRIES, LIFETIME, ...pairs])
    } catch (error) {
      // Keep the batch for the next write, and add what was counted meanwhile.
      const since = pending
      pending = batch
      for (const [field, entry] of since) addTo(pending, field, entry)
      throw error
    }
  }
  const writeNext = (): Promise<void> => {
    const turn = writing.then(write)
    writing = turn.catch(() => undefined) // the caller of this write gets the error
    return turn
  }

  return {
    count(kind, by, on) {
      onRefused(kind)
      const field = `${kind} ${by.name}`.slice(0, MAX_TEXT)
      const at = now()
      addTo(pending, field, { count: 1, first: at, last: at, from: by.from ?? '', on: on.slice(0, MAX_TEXT) })
      if (logged.take(field, 1) === 0)
        log.warn(
          { event: 'admin.request_refused', kind, by: by.name, address: by.from, on: on.slice(0, MAX_TEXT) },
          'request refused; further ones within a minute are only counted',
        )
      timer ??= setTimeout(() => {
        timer = undefined
        writeNext().catch((error: unknown) =>
          logError(error, { event: 'admin.refusals_unsaved' }, 'refusals could not be written'),
        )
      }, WRITE_INTERVAL).unref()
      return answered.take(field, 1)
    },
    async read() {
      await writeNext()
      const all = await redis.hgetall(key)
      return Object.entries(all)
        .flatMap(([field, json]): RefusedRequest[] => {
          const parsed = StoredRefusals.safeParse(JSON.parse(json))
          const [kind = '', ...who] = field.split(' ')
          return parsed.success ? [{ kind, who: who.join(' '), ...parsed.data }] : []
        })
        .sort((a, b) => b.last - a.last)
    },
    async close() {
      clearTimeout(timer)
      await writeNext().catch((error: unknown) =>
        logError(error, { event: 'admin.refusals_unsaved' }, 'refusals could not be written'),
      )
    },
  }
}
