/**
 * What is logged, changed while it runs: for all daemons or one, for a while, after which each falls back by itself to what is configured.
 * Daemons look every second; nothing is lost where one is away, and it takes up what is in force when it starts.
 */

import type { Redis } from 'ioredis'
import { z } from 'zod'
import { LEVELS, type Level } from '../domain/log-level.ts'
import type { Keys } from '../redis/keys.ts'
import { isPlausible } from '../util/plausible-time.ts'

/** Every daemon. */
export const ALL = '*'
/** Nobody wants a forgotten debug level for months. */
export const LONGEST = 24 * 3_600_000

const Kept = z.object({
  level: z.enum(LEVELS),
  /** ms since the epoch. */
  until: z.number(),
  by: z.string(),
})
export interface LevelChange extends z.infer<typeof Kept> {
  /** Id of a daemon, or `*`. */
  readonly daemon: string
}

/** What a daemon logs now: what was said of it alone goes over what was said of all, and both over what is configured. (pure) */
export const levelFor = (changes: readonly LevelChange[], daemon: string, configured: Level, now: number): Level => {
  const inForce = (of: string) =>
    changes.find(each => each.daemon === of && each.until > now && isPlausible(each.until, now, LONGEST))?.level
  return inForce(daemon) ?? inForce(ALL) ?? configured
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export interface LogLevels {
  /** In force and not. */
  read(): Promise<readonly LevelChange[]>
  set(change: LevelChange): Promise<void>
  /** Falls back at once. @returns whether there was something to end */
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
      const parsed = Kept.safeParse(jsonOf(json))
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
