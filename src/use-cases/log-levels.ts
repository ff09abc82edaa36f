/**
 * Log levels changed at run time: for all daemons or one, for a limited time, after which each returns to its
 * configured level. Daemons read them every second and when they start.
 */

import type { Redis } from 'ioredis'
import { z } from 'zod'
import { LEVELS, type Level } from '../domain/log-level.ts'
import type { Keys } from '../redis/keys.ts'
import { isPlausible } from '../util/plausible-time.ts'

/** Every daemon. */
export const ALL = '*'
/** Longest duration of a change, ms: nobody wants a forgotten debug level for months. */
export const LONGEST = 24 * 3_600_000

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
    changes.find(each => each.daemon === of && each.until > now && isPlausible(each.until, now, LONGEST))?.level
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
