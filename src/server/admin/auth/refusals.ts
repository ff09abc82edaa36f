/**
 * What was refused, as counts: how often, of what kind, whom, when and what last. Any number of refusals takes the same room and, in this
 * process, one write a second, so that nobody can push out what was done (audit.ts) by trying what is not allowed. (docs/decisions/0020)
 */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Keys } from '../../../redis/keys.ts'
import { loadScript, runScript } from '../../../redis/script.ts'
import { createOutageLog } from '../../../redis/transient-error.ts'
import type { Actor } from '../../../use-cases/audit-log.ts'
import { createAllowance } from '../../public/rate-limit.ts'

/** `role`: a viewer wanted to act. `log-in`: a wrong password; `delayed`: the next try came too soon. `token`: a token, or a proxy's user, that is not let in. */
export const REFUSALS = ['role', 'log-in', 'delayed', 'token', 'forged', 'host'] as const
export type Refusal = (typeof REFUSALS)[number]

const Kept = z.object({
  count: z.number(),
  /** ms since the epoch. */
  first: z.number(),
  last: z.number(),
  /** Address it came from last; empty where it is not known. */
  from: z.string(),
  /** What was wanted last. */
  on: z.string(),
})

export interface Refused extends z.infer<typeof Kept> {
  readonly kind: string
  readonly who: string
}

export interface Refusals {
  /** @returns 0, or s for which whoever it is should be told to wait: too much of theirs was refused within a minute */
  count(kind: Refusal, by: Actor, on: string): number
  /** Refused last first. */
  read(): Promise<readonly Refused[]>
  /** Writes what is not written yet. */
  close(): Promise<void>
}

export interface RefusalsParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
  /** For monitoring. */
  readonly onRefused: (kind: Refusal) => void
}

const MOST = 500
const LASTS = 30 * 86_400_000
/** ms between two writes of one process. */
const WRITES_EACH = 1_000
const LOGGED_EACH_MINUTE = 1
const PER_MINUTE = 60
const LONGEST = 200

const merge = loadScript(new URL('./refusals.lua', import.meta.url))

const addTo = (all: Map<string, z.infer<typeof Kept>>, field: string, more: z.infer<typeof Kept>): void => {
  const had = all.get(field)
  if (had === undefined && all.size >= MOST) return
  all.set(field, had ? { ...more, count: had.count + more.count, first: had.first } : more)
}

export const createRefusals = ({ redis, keys, log, now, onRefused }: RefusalsParts): Refusals => {
  const logError = createOutageLog(log)
  const key = keys.admin('refused')
  let waiting = new Map<string, z.infer<typeof Kept>>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  const logged = createAllowance({ perMinute: () => LOGGED_EACH_MINUTE, now })
  const answered = createAllowance({ perMinute: () => PER_MINUTE, now })

  const write = async (): Promise<void> => {
    const batch = waiting
    if (batch.size === 0) return
    waiting = new Map()
    const pairs = [...batch].flatMap(([field, entry]) => [field, JSON.stringify(entry)])
    try {
      await runScript(redis, merge, [key], [MOST, LASTS, ...pairs])
    } catch (error) {
      // Kept for the next write: what is counted meanwhile is added to it.
      const since = waiting
      waiting = batch
      for (const [field, entry] of since) addTo(waiting, field, entry)
      throw error
    }
  }
  const writeInTurn = (): Promise<void> => {
    const turn = writing.then(write)
    writing = turn.catch(() => undefined) // told to whoever asked for this turn
    return turn
  }

  return {
    count(kind, by, on) {
      onRefused(kind)
      const field = `${kind} ${by.name}`.slice(0, LONGEST)
      const at = now()
      addTo(waiting, field, { count: 1, first: at, last: at, from: by.from ?? '', on: on.slice(0, LONGEST) })
      if (logged.take(field, 1) === 0)
        log.warn(
          { kind, user: by.name, address: by.from, on: on.slice(0, LONGEST) },
          'refused; more within a minute is counted',
        )
      timer ??= setTimeout(() => {
        timer = undefined
        writeInTurn().catch((error: unknown) => logError(error, 'refusals could not be counted'))
      }, WRITES_EACH).unref()
      return answered.take(field, 1)
    },
    async read() {
      await writeInTurn()
      const all = await redis.hgetall(key)
      return Object.entries(all)
        .flatMap(([field, json]): Refused[] => {
          const parsed = Kept.safeParse(JSON.parse(json))
          const [kind = '', ...who] = field.split(' ')
          return parsed.success ? [{ kind, who: who.join(' '), ...parsed.data }] : []
        })
        .sort((a, b) => b.last - a.last)
    },
    async close() {
      clearTimeout(timer)
      await writeInTurn().catch((error: unknown) => logError(error, 'refusals could not be counted'))
    },
  }
}
