/**
 * Which domains answered lately and which did not, shared by all replicas, and the sources whose failures our own
 * network may have caused.
 */

import type { Redis } from 'ioredis'
import type { Keys } from '../../redis/keys.ts'
import { toPairs } from '../../util/pairs.ts'
import { CLOCK_SLACK } from '../../util/plausible-time.ts'

/** How many of the latest domains are considered. */
export const MAX_DOMAINS = 20
/** Older results are ignored, ms. */
export const MAX_AGE = 15 * 60_000
const MAX_SUSPECTS = 10_000

/** The latest result for one domain. */
export interface Heard {
  /**
   * When it was requested, not when the result came: a time-out is reported long after the answers to requests made at
   * the same time, and says no more about the present than they do.
   */
  readonly at: number
  readonly isReached: boolean
}

/** An answer of a domain: when it was requested, and when it answered. */
export interface Reached {
  readonly askedAt: number
  readonly at: number
}

/** @param results by domain */
export const writeReached = async (
  redis: Redis,
  keys: Keys,
  results: readonly (readonly [domain: string, reached: Reached])[],
): Promise<void> => {
  const latest = results.toSorted(([, a], [, b]) => a.askedAt - b.askedAt).slice(-MAX_DOMAINS)
  if (latest.length === 0) return
  const reached = keys.networkHeard('reached')
  await Promise.all([
    redis.zadd(reached, ...latest.flatMap(([domain, { askedAt }]) => [String(askedAt), domain])),
    redis.zrem(keys.networkHeard('unreached'), ...latest.map(([domain]) => domain)),
    redis.zremrangebyrank(reached, 0, -MAX_DOMAINS - 1),
    redis.pexpire(reached, MAX_AGE),
  ])
}

export interface Unreached {
  readonly domain: string
  readonly sourceId: string
  readonly askedAt: number
  /** ms since the epoch, now. */
  readonly at: number
  /** Whether an outage is known: suspects are kept for as long as it lasts. */
  readonly isDown: boolean
}

/** @returns the latest results of all domains */
export const writeUnreached = async (
  redis: Redis,
  keys: Keys,
  { domain, sourceId, askedAt, at, isDown }: Unreached,
): Promise<readonly Heard[]> => {
  const [reached, unreached] = [keys.networkHeard('reached'), keys.networkHeard('unreached')]
  const answers = await redis
    .multi()
    .zadd(unreached, askedAt, domain)
    .zrem(reached, domain)
    .zremrangebyscore(unreached, at + CLOCK_SLACK, '+inf')
    .zremrangebyscore(reached, at + CLOCK_SLACK, '+inf')
    .zremrangebyrank(unreached, 0, -MAX_DOMAINS - 1)
    .pexpire(unreached, MAX_AGE)
    .zrange(unreached, 0, '-1', 'WITHSCORES')
    .zrange(reached, 0, '-1', 'WITHSCORES')
    .zadd(keys.networkSuspects(), at, sourceId)
    .zremrangebyscore(keys.networkSuspects(), '-inf', isDown ? 0 : at - MAX_AGE)
    .zremrangebyrank(keys.networkSuspects(), 0, -MAX_SUSPECTS - 1)
    .pexpire(keys.networkSuspects(), 86_400_000)
    .exec()
  const heard = (index: number, isReached: boolean): Heard[] =>
    toPairs((answers?.[index]?.[1] ?? []) as string[]).map(([, at]) => ({ at: Number(at), isReached }))
  return [...heard(6, false), ...heard(7, true)]
}
