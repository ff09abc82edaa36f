/**
 * Log levels changed at run time: for all daemons or one, for a limited time, after which each returns to its
 * configured level. Daemons read them every second and when they start.
 */

import type { Redis } from 'ioredis'
import { z } from 'zod'
import { LEVELS, type Level } from '../domain/log-level.ts'
import type { Keys } from '../redis/keys.ts'
import { isPlausible } from '../util/plausible-time.ts'
import type { Actor, Audit } from './audit-log.ts'
import type { EditOutcome } from './editing.ts'

/** Every daemon. */
export const ALL = '*'
/** Longest duration of a change, ms: nobody wants a forgotten debug level for months. */
const MAX_DURATION = 24 * 3_600_000

const StoredChange = z.object({
  level: z.enum(LEVELS),
  /** ms since the epoch. */
  until: z.number(),
  by: z.string(),
})
export interface LevelChange extends z.infer<typeof StoredChange> {
  /** Id of a daemon, or `*`. */
  readonly daemon: string
}

/**
 * The level of a daemon now: a change for this daemon overrides one for all daemons, and both override the
 * configuration.
 */
export const levelFor = (changes: readonly LevelChange[], daemon: string, configured: Level, now: number): Level => {
  const inForce = (of: string) =>
    changes.find(each => each.daemon === of && each.until > now && isPlausible(each.until, now, MAX_DURATION))?.level
  return inForce(daemon) ?? inForce(ALL) ?? configured
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export interface LogLevels {
  /** Changes in effect, and those that have ended. */
  read(): Promise<readonly LevelChange[]>
  set(change: LevelChange): Promise<void>
  /** Returns to the configured level at once. @returns whether there was a change to end */
  end(daemon: string): Promise<boolean>
}

export const createLogLevels = ({
  redis,
  keys,
  now,
}: {
  readonly redis: Redis
  readonly keys: Keys
  readonly now: () => number
}): LogLevels => {
  const key = keys.logLevels()
  const read = async (): Promise<LevelChange[]> =>
    Object.entries(await redis.hgetall(key)).flatMap(([daemon, json]) => {
      const parsed = StoredChange.safeParse(parseJson(json))
      return parsed.success ? [{ daemon, ...parsed.data }] : []
    })
  return {
    read,
    async set({ daemon, ...change }) {
      const over = (await read()).filter(({ until }) => until <= now()).map(each => each.daemon)
      if (over.length > 0) await redis.hdel(key, ...over)
      await redis.hset(key, daemon, JSON.stringify(change))
    },
    end: async daemon => (await redis.hdel(key, daemon)) > 0,
  }
}

export interface ChangeLevelParts {
  readonly levels: LogLevels
  readonly audit: Pick<Audit, 'around'>
  readonly daemons: () => Promise<readonly { readonly id: string }[]>
  readonly now: () => number
}

export interface LevelRequest {
  /** null returns to the configured level at once. */
  readonly level: Level | null
  /** Id of a daemon, or `*`. */
  readonly daemon: string
  /** ms; no more than a day. */
  readonly lasts: number
}

/** @returns the level in effect now, in words */
export const changeLevel = async (
  { levels, audit, daemons, now }: ChangeLevelParts,
  by: Actor,
  { level, daemon, lasts }: LevelRequest,
): Promise<EditOutcome<string>> => {
  const who = daemon === ALL ? 'all daemons' : daemon
  if (daemon !== ALL && !(await daemons()).some(({ id }) => id === daemon))
    return { kind: 'missing', why: `No daemon ${JSON.stringify(daemon)} runs; \`newsdesk status\` names them.` }
  const before = (await levels.read()).find(each => each.daemon === daemon && each.until > now())
  const was = before ? { level: before.level, until: new Date(before.until).toISOString() } : null
  const action = { by, what: 'log.level', on: who, before: was }
  if (level === null) {
    const describe = (ended: boolean) => (ended ? { after: 'as configured' } : [])
    await audit.around(action, () => levels.end(daemon), describe)
    return { kind: 'done', result: `As configured: ${who}.` }
  }
  const until = now() + Math.min(lasts, MAX_DURATION)
  const shown = new Date(until).toISOString()
  const set = () => levels.set({ daemon, level, until, by: by.name })
  await audit.around(action, set, () => ({ after: { level, until: shown } }))
  return { kind: 'done', result: `${level} until ${shown}: ${who}.` }
}
